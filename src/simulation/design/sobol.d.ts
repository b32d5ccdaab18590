declare module 'sobol' {
  /** Points of Sobol's sequence with the direction numbers of Joe and Kuo (2008), the origin first; multiples of 2^-20, so that it repeats itself after 2^20. */
  export class SobolSequenceGenerator {
    constructor(dimensions: number)
    nextVector(): number[]
  }
}
