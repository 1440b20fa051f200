import { readFileSync, statSync } from 'node:fs'
import { createGuardedFetch, type ReadCard, readAgentCard } from '@behest/sdk'
import { BehestError, maxCardBytes } from '@behest/spec'
import { toUserPath } from '../toUserPath.js'

const cardPath = '.well-known/agent-card.json'

/** A card, where it came from, and what it says. */
export type CardSource = ReadCard & {
  /** Byte for byte as it is served: what is published is bound to it. */
  readonly text: string
  /** Where the agent is served: what the publish message names. */
  readonly baseUrl: string
}

/**
 * Reads an agent's card from a file, its own address, or the agent's.
 *
 * The address is asked by the guarded fetch: https and public hosts, or this
 * machine.
 *
 * @param source - A path, a card's URL, or an agent's base URL.
 * @throws {CardUnreadableError} when there is no card.
 * @throws {AgentCardInvalidError} when it is none that Behest can ask.
 * @throws the errors of `createGuardedFetch`.
 */
export async function readCardSource(source: string): Promise<CardSource> {
  if (!/^https?:\/\//i.test(source)) {
    const text = readCardFile(toUserPath(source))
    const read = await readAgentCard(text)
    return { ...read, text, baseUrl: toBaseUrl(read.url) }
  }
  const { cardUrl, baseUrl } = toCardUrl(source)
  const text = await fetchCard(cardUrl)
  return { ...(await readAgentCard(text)), text, baseUrl }
}

function toCardUrl(source: string): { cardUrl: string; baseUrl: string } {
  if (!URL.canParse(source))
    throw new CardUnreadableError({ source, problem: 'it is no address' })
  const url = new URL(source)
  if (url.pathname.endsWith('/agent-card.json'))
    return {
      cardUrl: url.href,
      baseUrl: url.pathname.endsWith(`/${cardPath}`)
        ? toBaseUrl(url.href.slice(0, -cardPath.length))
        : url.href,
    }
  const base = url.href.endsWith('/') ? url.href : `${url.href}/`
  return { cardUrl: `${base}${cardPath}`, baseUrl: toBaseUrl(base) }
}

function toBaseUrl(url: string): string {
  return url.replace(/\/+$/, '')
}

async function fetchCard(url: string): Promise<string> {
  const fetch = createGuardedFetch({
    allowedLoopbackHosts: ['127.0.0.1:*', 'localhost:*', '[::1]:*'],
    maxBytes: maxCardBytes,
  })
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
    })
    if (response.status !== 200)
      throw new CardUnreadableError({
        source: url,
        problem: `the address answers ${response.status}`,
      })
    return await response.text()
  } finally {
    await fetch.close()
  }
}

function readCardFile(path: string): string {
  try {
    const { size } = statSync(path)
    if (size > maxCardBytes)
      throw new CardUnreadableError({
        source: path,
        problem: `it is longer than ${maxCardBytes} bytes`,
      })
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (BehestError.isInstance(cause)) throw cause
    throw new CardUnreadableError({
      source: path,
      problem: 'the file cannot be read',
      cause,
    })
  }
}

/** Thrown when a file or an address gives no card. */
export class CardUnreadableError extends BehestError {
  readonly code = 'CARD_UNREADABLE'
  readonly retry = 'same-input'

  constructor(facts: {
    readonly source: string
    readonly problem: string
    readonly cause?: unknown
  }) {
    const { source, problem, cause } = facts
    super(
      `There is no agent card at ${source}: ${problem}. Give a card's file or the address that the agent is served at.`,
      { facts: { source, problem }, ...(cause === undefined ? {} : { cause }) },
    )
  }
}
