/**
 * What each unit of DTDL is, in the terms of the library js-quantities: DTDL names units but gives no factors. The units of DTDL v2 and of the extension
 * quantitativeTypes v1 to v3, by quantity: those of one quantity convert into each other, and into no others. Quantities are DTDL's unit types, but for
 * doses: what a gray does to a body depends on the kind of the radiation, so that grays are no sieverts.
 *
 * Where the library's own unit is rounded (it has 6894.76 Pa for a psi), the unit is written with units that it has exactly. Conventions, where a name has
 * several meanings, follow NIST Special Publication 811 (2008), appendix B:
 * - gallons and fluid ounces are those of the US, tons of force 2,000 pounds; a horsepower is 550 foot-pounds a second
 * - British thermal units are those of the International Table: 4.1868 J × 1,000 g/kg × 0.45359237 kg × 5/9; 12,000 an hour make a ton of refrigeration
 * - columns of mercury and water are the conventional ones (13,595.1 and 1,000 kg/m³ under standard gravity)
 * - acres are 43,560 square feet of 0.3048 m (the survey foot ended with 2022: NIST, Federal Register 85 FR 62698)
 * - a year is 365.25 days, as in astronomy and in UCUM
 * - bels and decibels are levels: they convert into each other, but into no pressure, as DTDL does not say what the level refers to
 */
export interface UnitDefinition {
  /** How many of `unit` it is. */
  readonly factor: number
  /** An expression of js-quantities. */
  readonly unit: string
}

const of = (factor: number, unit: string): UnitDefinition => ({ factor, unit })
const britishThermalUnit = 4_186.8 * 0.45359237 * (5 / 9)
const horsepower = 'lb*gee*ft/s'
const poundsOfForce = 'lb*gee'
const year = 365.25

const dataSizes = {
  bit: 'b', byte: 'B',
  kibibit: 'Kib', kibibyte: 'KiB', mebibit: 'Mib', mebibyte: 'MiB', gibibit: 'Gib', gibibyte: 'GiB', tebibit: 'Tib', tebibyte: 'TiB',
  exbibit: 'Eib', exbibyte: 'EiB', zebibit: 'Zib', zebibyte: 'ZiB', yobibit: 'Yib', yobibyte: 'YiB',
} as const

export const unitTable: Readonly<Record<string, Readonly<Record<string, string | UnitDefinition>>>> = {
  AccelerationUnit: {
    metrePerSecondSquared: 'm/s2', millimetrePerSecondSquared: 'mm/s2', centimetrePerSecondSquared: 'cm/s2', kilometrePerSecondSquared: 'km/s2', gForce: 'gee',
  },
  AngleUnit: { radian: 'rad', degreeOfArc: 'deg', minuteOfArc: 'arcmin', secondOfArc: 'arcsec', turn: 'rotation' },
  AngularAccelerationUnit: { radianPerSecondSquared: 'rad/s2' },
  AngularVelocityUnit: { radianPerSecond: 'rad/s', degreePerSecond: 'deg/s', revolutionPerSecond: 'rotation/s', revolutionPerMinute: 'rotation/min' },
  ApparentEnergyUnit: {
    voltAmpereHour: 'VA*h', millivoltAmpereHour: of(1e-3, 'VA*h'), kilovoltAmpereHour: of(1e3, 'VA*h'), megavoltAmpereHour: of(1e6, 'VA*h'), gigavoltAmpereHour: of(1e9, 'VA*h'),
  },
  ApparentPowerUnit: { voltAmpere: 'VA', millivoltAmpere: 'mVA', kilovoltAmpere: 'kVA', megavoltAmpere: 'MVA', gigavoltAmpere: 'GVA' },
  AreaUnit: {
    squareMetre: 'm2', squareMillimetre: 'mm2', squareCentimetre: 'cm2', squareKilometre: 'km2', hectare: 'hectare',
    squareInch: 'in2', squareFoot: 'ft2', acre: of(43_560, 'ft2'),
  },
  CapacitanceUnit: { farad: 'F', millifarad: 'mF', microfarad: 'uF', nanofarad: 'nF', picofarad: 'pF' },
  ChargeUnit: { coulomb: 'C', ampereHour: 'A*h', milliampereHour: 'mA*h' },
  CurrentUnit: { ampere: 'A', picoampere: 'pA', nanoampere: 'nA', microampere: 'uA', milliampere: 'mA', kiloampere: 'kA' },
  DataRateUnit: Object.fromEntries(Object.entries(dataSizes).map(([term, unit]) => [`${term}PerSecond`, `${unit}/s`])),
  DataSizeUnit: dataSizes,
  DensityUnit: { kilogramPerCubicMetre: 'kg/m3', gramPerCubicMetre: 'g/m3', milligramPerCubicMetre: 'mg/m3', microgramPerCubicMetre: 'ug/m3' },
  DynamicViscosityUnit: { pascalSecond: 'Pa*s', millipascalSecond: 'mPa*s', poise: 'P', centipoise: 'cP', millipoise: 'mP' },
  EnergyUnit: {
    joule: 'J', kilojoule: 'kJ', megajoule: 'MJ', gigajoule: 'GJ', electronvolt: 'eV', megaelectronvolt: 'MeV',
    wattHour: 'W*h', milliwattHour: 'mW*h', kilowattHour: 'kW*h', megawattHour: 'MW*h', gigawattHour: 'GW*h', terawattHour: 'TW*h',
    britishThermalUnit: of(britishThermalUnit, 'J'), kiloBritishThermalUnit: of(britishThermalUnit, 'kJ'),
  },
  ForceUnit: { newton: 'N', pound: poundsOfForce, ounce: of(1 / 16, poundsOfForce), ton: of(2_000, poundsOfForce) },
  FrequencyUnit: { hertz: 'Hz', millihertz: 'mHz', kilohertz: 'kHz', megahertz: 'MHz', gigahertz: 'GHz' },
  GasLeakageRateUnit: {
    pascalCubicMetrePerSecond: 'Pa*m3/s', decapascalCubicMetrePerSecond: of(10, 'Pa*m3/s'), hectopascalCubicMetrePerSecond: of(100, 'Pa*m3/s'),
    kilopascalCubicMetrePerSecond: of(1_000, 'Pa*m3/s'),
  },
  IlluminanceUnit: { lux: 'lux', footcandle: 'lm/ft2' },
  InductanceUnit: { henry: 'H', millihenry: 'mH', microhenry: 'uH' },
  'IonizingRadiationDoseUnit, absorbed': { gray: 'Gy', milligray: 'mGy', microgray: 'uGy' },
  'IonizingRadiationDoseUnit, equivalent': { sievert: 'Sv', millisievert: 'mSv', microsievert: 'uSv' },
  IrradianceUnit: { wattPerSquareMetre: 'W/m2' },
  KinematicViscosityUnit: { squareMetrePerSecond: 'm2/s', stokes: 'St', centistokes: 'cSt' },
  LengthUnit: {
    metre: 'm', nanometre: 'nm', micrometre: 'um', millimetre: 'mm', centimetre: 'cm', kilometre: 'km',
    inch: 'in', foot: 'ft', mile: 'mi', nauticalMile: 'nmi', astronomicalUnit: of(149_597_870_700, 'm'),
  },
  LuminanceUnit: { candelaPerSquareMetre: 'cd/m2' },
  LuminousFluxUnit: { lumen: 'lm' },
  LuminousIntensityUnit: { candela: 'cd' },
  MagneticFluxUnit: { weber: 'Wb', maxwell: 'Mx' },
  MagneticInductionUnit: { tesla: 'T', gauss: of(1e-4, 'T') },
  MassFlowRateUnit: { kilogramPerSecond: 'kg/s', kilogramPerHour: 'kg/h', gramPerSecond: 'g/s', gramPerHour: 'g/h', massPoundPerHour: 'lb/h' },
  MassUnit: { kilogram: 'kg', gram: 'g', milligram: 'mg', microgram: 'ug', tonne: 't', massPound: 'lb', slug: 'lb*gee*s2/ft' },
  PowerUnit: {
    watt: 'W', microwatt: 'uW', milliwatt: 'mW', kilowatt: 'kW', megawatt: 'MW', gigawatt: 'GW', horsepower: of(550, horsepower),
    joulePerSecond: 'J/s', kilojoulePerSecond: 'kJ/s', joulePerHour: 'J/h', kilojoulePerHour: 'kJ/h', megajoulePerHour: 'MJ/h', gigajoulePerHour: 'GJ/h',
    britishThermalUnitPerHour: of(britishThermalUnit, 'J/h'), kiloBritishThermalUnitPerHour: of(britishThermalUnit, 'kJ/h'), tonOfRefrigeration: of(12 * britishThermalUnit, 'kJ/h'),
    kilowattHourPerYear: of(1 / year, 'kW*h/d'),
  },
  PressureUnit: {
    pascal: 'Pa', decapascal: 'daPa', hectopascal: 'hPa', kilopascal: 'kPa', bar: 'bar', millibar: 'mbar', poundPerSquareInch: 'lb*gee/in2',
    millimetresOfMercury: of(13_595.1, 'kg*gee*mm/m3'), inchesOfMercury: of(13_595.1, 'kg*gee*in/m3'), inchesOfWater: of(1_000, 'kg*gee*in/m3'),
  },
  RadioactivityUnit: { becquerel: 'Bq', kilobecquerel: 'kBq', megabecquerel: 'MBq', gigabecquerel: 'GBq' },
  ReactiveEnergyUnit: {
    voltAmpereReactiveHour: 'var*h', kilovoltAmpereReactiveHour: of(1e3, 'var*h'), megavoltAmpereReactiveHour: of(1e6, 'var*h'), gigavoltAmpereReactiveHour: of(1e9, 'var*h'),
  },
  ReactivePowerUnit: {
    voltAmpereReactive: 'var', millivoltAmpereReactive: of(1e-3, 'var'), kilovoltAmpereReactive: of(1e3, 'var'), megavoltAmpereReactive: of(1e6, 'var'), gigavoltAmpereReactive: of(1e9, 'var'),
  },
  ReciprocalLengthUnit: {
    reciprocalMetre: '1/m', reciprocalNanometre: '1/nm', reciprocalMicrometre: '1/um', reciprocalMillimetre: '1/mm', reciprocalCentimetre: '1/cm', reciprocalKilometre: '1/km',
  },
  ReciprocalTimeUnit: { reciprocalSecond: '1/s', reciprocalMinute: '1/min' },
  ResistanceUnit: { ohm: 'ohm', milliohm: 'mohm', kiloohm: 'kohm', megaohm: 'Mohm' },
  SoundPressureUnit: { decibel: 'dB', bel: of(10, 'dB') },
  TemperatureUnit: { kelvin: 'tempK', degreeCelsius: 'tempC', degreeFahrenheit: 'tempF' },
  TimeUnit: { second: 's', nanosecond: 'ns', microsecond: 'us', millisecond: 'ms', minute: 'min', hour: 'h', day: 'd', year: of(year, 'd') },
  TorqueUnit: { newtonMetre: 'N*m' },
  Unitless: {
    unity: '1', percent: of(1e-2, '1'), partsPerMillion: of(1e-6, '1'), partsPerBillion: of(1e-9, '1'), partsPerTrillion: of(1e-12, '1'), partsPerQuadrillion: of(1e-15, '1'),
  },
  VelocityUnit: {
    metrePerSecond: 'm/s', millimetrePerSecond: 'mm/s', centimetrePerSecond: 'cm/s', kilometrePerSecond: 'km/s', metrePerHour: 'm/h', kilometrePerHour: 'km/h',
    milePerHour: 'mi/h', milePerSecond: 'mi/s', knot: 'nmi/h',
  },
  VoltageUnit: { volt: 'V', microvolt: 'uV', millivolt: 'mV', kilovolt: 'kV', megavolt: 'MV' },
  VolumeFlowRateUnit: {
    cubicMetrePerSecond: 'm3/s', cubicMetrePerMinute: 'm3/min', cubicMetrePerHour: 'm3/h', litrePerSecond: 'l/s', litrePerMinute: 'l/min', litrePerHour: 'l/h',
    millilitrePerSecond: 'ml/s', millilitrePerMinute: 'ml/min', millilitrePerHour: 'ml/h', cubicCentimetrePerSecond: 'cm3/s', cubicCentimetrePerMinute: 'cm3/min',
    cubicFootPerMinute: 'ft3/min', gallonPerMinute: of(231, 'in3/min'), gallonPerHour: of(231, 'in3/h'),
  },
  VolumeUnit: {
    cubicMetre: 'm3', cubicCentimetre: 'cm3', litre: 'l', millilitre: 'ml', cubicInch: 'in3', cubicFoot: 'ft3', gallon: of(231, 'in3'), fluidOunce: of(231 / 128, 'in3'),
  },
}
