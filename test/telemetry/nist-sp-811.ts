/**
 * Conversion factors into coherent SI units, from NIST Special Publication 811 (2008), B.8 and B.9 "Factors for units", and the SI brochure for prefixed
 * units: public domain. `[1 of the unit, is so many, of this]`. `exact`: bold in NIST's table; the others have seven digits.
 */
export const exact: readonly (readonly [string, number, string])[] = [
  ['bar', 1e5, 'pascal'], ['millibar', 100, 'pascal'], ['hectopascal', 100, 'pascal'], ['decapascal', 10, 'pascal'],
  ['inch', 0.0254, 'metre'], ['foot', 0.3048, 'metre'], ['mile', 1_609.344, 'metre'], ['nauticalMile', 1_852, 'metre'], ['micrometre', 1e-6, 'metre'],
  ['squareInch', 6.4516e-4, 'squareMetre'], ['squareFoot', 9.290304e-2, 'squareMetre'], ['hectare', 1e4, 'squareMetre'],
  ['litre', 1e-3, 'cubicMetre'], ['cubicInch', 1.6387064e-5, 'cubicMetre'], ['cubicFoot', 2.8316846592e-2, 'cubicMetre'], ['gallon', 3.785411784e-3, 'cubicMetre'],
  ['massPound', 0.45359237, 'kilogram'], ['tonne', 1_000, 'kilogram'], ['gForce', 9.80665, 'metrePerSecondSquared'],
  ['day', 86_400, 'second'], ['hour', 3_600, 'second'], ['milePerHour', 0.44704, 'metrePerSecond'], ['kilometrePerHour', 1 / 3.6, 'metrePerSecond'],
  ['kilowattHour', 3.6e6, 'joule'], ['wattHour', 3_600, 'joule'], ['ampereHour', 3_600, 'coulomb'], ['gauss', 1e-4, 'tesla'], ['maxwell', 1e-8, 'weber'],
  ['poise', 0.1, 'pascalSecond'], ['centipoise', 1e-3, 'pascalSecond'], ['stokes', 1e-4, 'squareMetrePerSecond'], ['centistokes', 1e-6, 'squareMetrePerSecond'],
  ['cubicMetrePerHour', 1 / 3.6, 'litrePerSecond'], ['turn', 2 * Math.PI, 'radian'], ['revolutionPerSecond', 2 * Math.PI, 'radianPerSecond'],
  ['percent', 0.01, 'unity'], ['partsPerMillion', 1e-6, 'unity'], ['bel', 10, 'decibel'], ['electronvolt', 1.602176634e-19, 'joule'],
  ['astronomicalUnit', 149_597_870_700, 'metre'], ['kibibyte', 1_024, 'byte'], ['gibibit', 1_073_741_824, 'bit'], ['byte', 8, 'bit'],
]

export const sevenDigits: readonly (readonly [string, number, string])[] = [
  ['britishThermalUnit', 1.055056e3, 'joule'], ['britishThermalUnitPerHour', 2.930711e-1, 'watt'], ['tonOfRefrigeration', 3.516853e3, 'watt'],
  ['horsepower', 7.456999e2, 'watt'], ['pound', 4.448222, 'newton'], ['ounce', 2.780139e-1, 'newton'], ['ton', 8.896443e3, 'newton'], ['slug', 1.45939e1, 'kilogram'],
  ['poundPerSquareInch', 6.894757e3, 'pascal'], ['inchesOfMercury', 3.386389e3, 'pascal'], ['inchesOfWater', 2.490889e2, 'pascal'], ['millimetresOfMercury', 1.333224e2, 'pascal'],
  ['knot', 5.144444e-1, 'metrePerSecond'], ['degreeOfArc', 1.745329e-2, 'radian'], ['minuteOfArc', 2.908882e-4, 'radian'], ['secondOfArc', 4.848137e-6, 'radian'],
  ['revolutionPerMinute', 1.047198e-1, 'radianPerSecond'], ['footcandle', 1.076391e1, 'lux'], ['fluidOunce', 2.957353e-5, 'cubicMetre'],
  ['gallonPerMinute', 6.309020e-5, 'cubicMetrePerSecond'], ['gallonPerHour', 1.051503e-6, 'cubicMetrePerSecond'], ['cubicFootPerMinute', 4.719474e-4, 'cubicMetrePerSecond'],
  ['massPoundPerHour', 1.259979e-4, 'kilogramPerSecond'], ['kilogramPerHour', 2.777778e-4, 'kilogramPerSecond'], ['acre', 4_046.856, 'squareMetre'],
]
