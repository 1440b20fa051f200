import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { parseUtterance } from '@behest/language'
import type { ParseContext, ParseResult } from '@behest/spec'
import { exitCodes, UsageError } from '../exitCodes.js'
import { renderParseResult } from '../show/renderParseResult.js'

/** `behest parse`: what a sentence would be understood as. Needs no network. */
export async function parseCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: {
      now: { type: 'string' },
      tz: { type: 'string' },
      json: { type: 'boolean', default: false },
      stdin: { type: 'boolean', default: false },
    },
  })
  const context = toContext(values.now, values.tz)
  if (values.stdin) {
    const lines = createInterface({
      input: process.stdin,
      crlfDelay: Number.POSITIVE_INFINITY,
    })
    for await (const line of lines) {
      const isTaken = process.stdout.write(
        `${JSON.stringify(parseUtterance(line, context))}\n`,
      )
      if (!isTaken)
        await new Promise((resume) => process.stdout.once('drain', resume))
    }
    return exitCodes.done
  }
  const utterance = positionals.join(' ')
  if (utterance.trim() === '')
    throw new UsageError('Give a sentence: behest parse "swap 1 ETH for USDC".')
  const result = parseUtterance(utterance, context)
  console.log(
    values.json
      ? JSON.stringify(result, null, 2)
      : renderParseResult(result, utterance),
  )
  return toExitCode(result)
}

function toContext(now?: string, timeZone?: string): ParseContext {
  const time = now === undefined ? new Date() : new Date(now)
  if (Number.isNaN(time.getTime()))
    throw new UsageError(`--now "${now}" is no ISO 8601 time.`)
  const zone =
    timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC'
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    throw new UsageError(`--tz "${zone}" is no time zone.`)
  }
  return { now: now ?? time.toISOString(), timeZone: zone }
}

function toExitCode(result: ParseResult): number {
  return result.type === 'clarify' ? exitCodes.needsUser : exitCodes.done
}
