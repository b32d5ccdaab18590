import { describe, expect, test } from 'vitest'
import { flagsOf } from '../../../examples/leak-detector/alarm.ts'
import { silentThreshold } from '../../../examples/leak-detector/choose.ts'
import { intervalsOf, scoreOf } from '../../../examples/leak-detector/score.ts'

const hours = (text: string): boolean[] => Array.from(text, (each) => each === '#')

describe('the score of the battle', () => {
  test('is 1 where exactly the attacked hours are flagged', () => {
    expect(scoreOf(hours('..####..##.'), hours('..####..##.'))).toMatchObject({ s: 1, timeToDetection: 1, classification: 1, detectedAfter: [0, 0] })
  })

  test('is a quarter where nothing is ever flagged, as the battle says of a naive detector', () => {
    expect(scoreOf(hours('........'), hours('..####..'))).toMatchObject({ s: 0.25, timeToDetection: 0, classification: 0.5, detectedAfter: [undefined] })
  })

  test('of flags everywhere counts detection in full and classification by half', () => {
    expect(scoreOf(hours('########'), hours('..####..')).s).toBe(0.75)
  })

  test('counts the hours to the first flag in an attack by how long the attack took', () => {
    const { timeToDetection, truePositives, trueNegatives, s } = scoreOf(hours('...###...#'), hours('..####..##'))
    expect(timeToDetection).toBeCloseTo(1 - (1 / 4 + 1 / 2) / 2)
    expect(truePositives).toBeCloseTo(4 / 6)
    expect(trueNegatives).toBe(1)
    expect(s).toBeCloseTo((0.625 + (4 / 6 + 1) / 2) / 2)
  })

  test('takes a flag after an attack for no detection of it', () => {
    expect(scoreOf(hours('......##'), hours('..####..')).detectedAfter).toEqual([undefined])
  })

  test('is refused where there is no attack, or not a flag for each hour', () => {
    expect(() => scoreOf(hours('..'), hours('..'))).toThrow(/no attack/)
    expect(() => scoreOf(hours('..'), hours('..#'))).toThrow(/2 flags for 3 hours/)
  })
})

describe('the alarm', () => {
  test('is raised above its threshold, and held so many hours after the last that was above', () => {
    expect(flagsOf([1, 1.5, 1, 2, 1, 1, 1, 1], { threshold: 1.2, holdHours: 2 })).toEqual(hours('.#####..'))
    expect(flagsOf([1.2, 1.3, 0], { threshold: 1.2, holdHours: 0 })).toEqual(hours('.#.'))
  })

  test('is neither raised nor resolved by an hour without a score', () => {
    expect(flagsOf([NaN, 2, NaN, 0, 0], { threshold: 1, holdHours: 1 })).toEqual(hours('.###.'))
  })

  test('has a threshold above the worst hour of every part of the clean year that was not fitted', () => {
    expect(silentThreshold([1.13, 1.1, 1.26, 1.34])).toBe(1.35)
    expect(silentThreshold([1.35])).toBe(1.4)
  })

  test('intervals of flags are where they begin and end', () => {
    expect(intervalsOf(hours('##..#'))).toEqual([{ from: 0, to: 2 }, { from: 4, to: 5 }])
  })
})
