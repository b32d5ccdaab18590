import { EngineError, type EngineProgram } from '../../../../src/simulation/engine-program.ts'

let opened = 0

/**
 * Well-behaved: output 0 is `amplitude × cos(2π t / period)`, output 1 noise. Input: `{ period, noise, failAt? }`. The KPI `opened` counts the models that this worker
 * has opened, `pid` names its process; neither with `isQuiet`.
 */
export const program: EngineProgram = {
  async open({ input, window, series, folder }) {
    const { period, noise, failAt, tellFolder, isQuiet } = input as { readonly period: number; readonly noise: number; readonly failAt?: number; readonly tellFolder?: boolean; readonly isQuiet?: boolean }
    const number = ++opened
    return {
      async run(settings, context) {
        const amplitude = settings.find(({ variable }) => variable.name === 'amplitude')?.value ?? 1
        if (amplitude < 0) throw new EngineError('NEGATIVE_AMPLITUDE', `An amplitude of ${amplitude} cannot be.`, { twin: 'spring-1' })
        if (tellFolder) context.warn({ code: 'FOLDER', message: folder, twin: folder })
        const random = context.random('noise')
        for (let at = 0; at <= window.horizon; at += window.step) {
          if (at === failAt) throw new TypeError('oscillator.run is not a function')
          if (amplitude > 2) context.warn({ code: 'TOO_FAR', message: `It swings by ${amplitude}.`, twin: 'spring-1' })
          const wait = context.emit(at, Float64Array.of(amplitude * Math.cos((2 * Math.PI * at) / period), noise * random.normal()))
          if (wait) await wait
        }
        return { amplitude, ...(!isQuiet && { opened: number, pid: process.pid }), readings: series.reduce((sum, { at }) => sum + at.length, 0) }
      },
      close: () => undefined,
    }
  },
}
