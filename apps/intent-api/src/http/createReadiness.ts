import { BehestError } from '@behest/spec'

/** Whether a server can serve, and what of it cannot be reached. */
export type Readiness = {
  /** `degraded`: it answers, but not everything will succeed. */
  readonly status: 'ready' | 'degraded' | 'unready'
  /** `ok`, or what is wrong with each part. */
  readonly parts: Readonly<Record<string, string>>
  readonly [fact: string]: unknown
}

type Checks = Readonly<Record<string, () => Promise<void>>>

const checkMs = 2000

/**
 * Creates the answer to "can you serve?". Every part is asked anew, at the same time,
 * and each for two seconds at most: a part that hangs is a part that is away.
 *
 * @param options.needed - Parts without which nothing can be answered.
 * @param options.useful - Parts that are missed, but not by everybody.
 * @param options.describe - More facts, told while everything needed is there.
 */
export function createReadiness(options: {
  readonly needed: Checks
  readonly useful: Checks
  readonly describe: () => Promise<Record<string, unknown>>
}): () => Promise<Readiness> {
  const { needed, useful, describe } = options
  return async () => {
    const [missing, missed] = await Promise.all([
      checkAll(needed),
      checkAll(useful),
    ])
    const parts = { ...missing, ...missed }
    if (!isAllOk(missing)) return { status: 'unready', parts }
    return {
      status: isAllOk(missed) ? 'ready' : 'degraded',
      parts,
      ...(await inTime(describe()).catch(() => ({}))),
    }
  }
}

/** Asks whether a server of ours answers at all. */
export async function assertReachable(baseUrl: string): Promise<void> {
  const response = await fetch(new URL('/healthz', baseUrl), {
    signal: AbortSignal.timeout(checkMs),
  })
  await response.body?.cancel()
  if (!response.ok) throw new PartDownError({ status: `${response.status}` })
}

async function checkAll(checks: Checks): Promise<Record<string, string>> {
  const entries = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await inTime(check())
        return [name, 'ok'] as const
      } catch (error) {
        // Codes of ours, and those of sockets; never an address.
        const { code } = error as { code?: unknown }
        return [name, typeof code === 'string' ? code : 'UNREACHABLE'] as const
      }
    }),
  )
  return Object.fromEntries(entries)
}

function inTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new PartDownError({ status: 'no answer' })),
        checkMs,
      )
    }),
  ]).finally(() => clearTimeout(timer))
}

function isAllOk(parts: Readonly<Record<string, string>>): boolean {
  return Object.values(parts).every((state) => state === 'ok')
}

/** Thrown when a part of the product gives no good answer in time. */
export class PartDownError extends BehestError {
  readonly code = 'PART_DOWN'
  readonly retry = 'same-input'

  constructor(facts: { status: string }) {
    super(
      `A part that this server needs gave no good answer (${facts.status}). See /readyz for which one.`,
      { facts },
    )
  }
}
