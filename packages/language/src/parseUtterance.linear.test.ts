import { Session } from 'node:inspector'
import type { ParseContext } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { parseUtterance } from './parseUtterance.js'

const context: ParseContext = {
  now: '2026-03-04T10:00:00.000Z',
  timeZone: 'UTC',
}

/** What tempts a loop inside a loop: cues, fillers, openers, numbers, names. */
const PIECES =
  '. no |, then | and |and then |no |no wait |actually |make it |(|"|every |every 2 |until |in 3 |on |at |to to to |from |of |my |both |each |it all |the rest |all but |half of |usdc |1 |1. |9.|2/3 |1,|1 eth, |swap |swap 1 eth to usdc then |send 1 eth to bob.eth, |if |only if |when gas < 20 and |unless |below |slippage |1% |a.|a-|eth/|$|@|#|%|> |-|0xabcdef|what |how much |one two three |\n|? |🚀|a\u200b|\u202e|а|ＥＴＨ|ﾊﾞ|を|に|して|1ETHを|ETHの|やっぱり|1ETHずつ|以上なら|毎日|千百|「|。|全部'.split(
    '|',
  )
const BEGINNING = 'swap 1 eth to usdc '

describe('parseUtterance', { timeout: 120_000 }, () => {
  test('behavior: twice the text is never more than about twice the work', async () => {
    const counter = await startCounting()
    try {
      const steep: string[] = []
      for (const piece of PIECES) {
        const work = async (length: number) => {
          const text = BEGINNING + piece.repeat(length)
          await counter.take()
          parseUtterance(text.slice(0, length), context)
          return counter.take()
        }
        // Tables that are built at first use are no work of the text.
        await work(300)
        const half = await work(1500)
        const whole = await work(3000)
        if (whole > 2.6 * half)
          steep.push(`${JSON.stringify(piece)}: ${half} to ${whole}`)
      }
      expect(steep).toEqual([])
    } finally {
      await counter.stop()
    }
  })
})

/** Counts how often each block of this package runs: work, and no clock. */
async function startCounting() {
  const session = new Session()
  session.connect()
  const post = (method: string, params: object = {}) =>
    new Promise<unknown>((resolve, reject) => {
      session.post(method, params, (error, result) =>
        error === null ? resolve(result) : reject(error),
      )
    })
  await post('Profiler.enable')
  await post('Profiler.startPreciseCoverage', {
    callCount: true,
    detailed: true,
  })
  return {
    async take(): Promise<number> {
      const { result } = (await post('Profiler.takePreciseCoverage')) as {
        result: {
          url: string
          functions: { ranges: { count: number }[] }[]
        }[]
      }
      return result
        .filter((script) => script.url.includes('/packages/language/'))
        .flatMap((script) => script.functions)
        .flatMap((each) => each.ranges)
        .reduce((sum, range) => sum + range.count, 0)
    },
    async stop() {
      await post('Profiler.stopPreciseCoverage')
      session.disconnect()
    },
  }
}
