/** What Twinfold uses of js-quantities 1.8, which brings no types. */
declare module 'js-quantities' {
  interface Quantity {
    /** The number of base units: metres, kilograms, seconds, amperes, kelvins, moles, candelas, radians, steradians, bytes. */
    readonly baseScalar: number
    /** The number of its own units. */
    readonly scalar: number
    to(units: string): Quantity
    isCompatible(other: Quantity): boolean
  }
  /** Throws for what it cannot parse. */
  const Qty: (scalar: number, units: string) => Quantity
  export default Qty
}
