/** Statistical Reference Datasets for nonlinear regression of the US National Institute of Standards and Technology; works of the US government, in the public domain. */
import type { Measured } from './problems.ts'

interface Reference extends Measured {
  of(numbers: readonly number[], x: number): number
  readonly starts: readonly (readonly number[])[]
  readonly certified: readonly { readonly value: number; readonly standardError: number }[]
  readonly residualSumOfSquares: number
}

const at = (numbers: readonly number[], index: number): number => numbers[index] ?? NaN

/** Dental research, monomolecular adsorption; lower difficulty. */
export const misra1a: Reference = {
  x: [77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0],
  y: [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78],
  of: (b, x) => at(b, 0) * (1 - Math.exp(-at(b, 1) * x)),
  starts: [[500, 0.0001], [250, 0.0005]],
  certified: [{ value: 2.3894212918e2, standardError: 2.7070075241 }, { value: 5.5015643181e-4, standardError: 7.2668688436e-6 }],
  residualSumOfSquares: 1.2455138894e-1,
}

/** Semiconductors, electron mobility; higher difficulty. */
export const thurber: Reference = {
  x: [-3.067, -2.981, -2.921, -2.912, -2.840, -2.797, -2.702, -2.699, -2.633, -2.481, -2.363, -2.322, -1.501, -1.460, -1.274, -1.212, -1.100, -1.046, -0.915, -0.714, -0.566, -0.545,
    -0.400, -0.309, -0.109, -0.103, 0.010, 0.119, 0.377, 0.790, 0.963, 1.006, 1.115, 1.572, 1.841, 2.047, 2.200],
  y: [80.574, 84.248, 87.264, 87.195, 89.076, 89.608, 89.868, 90.101, 92.405, 95.854, 100.696, 101.060, 401.672, 390.724, 567.534, 635.316, 733.054, 759.087, 894.206, 990.785, 1090.109,
    1080.914, 1122.643, 1178.351, 1260.531, 1273.514, 1288.339, 1327.543, 1353.863, 1414.509, 1425.208, 1421.384, 1442.962, 1464.350, 1468.705, 1447.894, 1457.628],
  of: (b, x) => (at(b, 0) + at(b, 1) * x + at(b, 2) * x ** 2 + at(b, 3) * x ** 3) / (1 + at(b, 4) * x + at(b, 5) * x ** 2 + at(b, 6) * x ** 3),
  starts: [[1000, 1000, 400, 40, 0.7, 0.3, 0.03], [1300, 1500, 500, 75, 1, 0.4, 0.05]],
  certified: [
    { value: 1.2881396800e3, standardError: 4.6647963344 }, { value: 1.4910792535e3, standardError: 3.9571156086e1 }, { value: 5.8323836877e2, standardError: 2.8698696102e1 },
    { value: 7.5416644291e1, standardError: 5.5675370270 }, { value: 9.6629502864e-1, standardError: 3.1333340687e-2 }, { value: 3.9797285797e-1, standardError: 1.4984928198e-2 },
    { value: 4.9727297349e-2, standardError: 6.5842344623e-3 },
  ],
  residualSumOfSquares: 5.6427082397e3,
}
