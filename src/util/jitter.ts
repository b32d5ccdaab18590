/** The duration, up to a part longer or shorter by chance, so that what fails together is not tried again together. */
export const jittered = (ms: number, part = 0.2): number => ms * (1 + part * (2 * Math.random() - 1))
