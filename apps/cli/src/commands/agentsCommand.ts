import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { createRegistryClient, type RegistryClient } from '@behest/client'
import { BehestError } from '@behest/spec'
import { exitCodes, UsageError } from '../exitCodes.js'
import { renderEarnings } from '../show/renderEarnings.js'
import { renderExplanation } from '../show/renderExplanation.js'
import { openStack } from '../stack/openStack.js'
import { readStackConfig } from '../stack/stackConfig.js'
import {
  agentsAnchorCommand,
  agentsVerifyCommand,
} from './agentsAnchorCommand.js'
import {
  agentsNameCommand,
  agentsTransferCommand,
} from './agentsOwnerCommand.js'
import {
  agentsPublishCommand,
  agentsUnpublishCommand,
} from './agentsPublishCommand.js'

/** Signed by an author, or for whoever doubts one: they start no stack. */
const authorCommands: Readonly<
  Record<string, (commandArguments: readonly string[]) => Promise<number>>
> = {
  publish: agentsPublishCommand,
  unpublish: agentsUnpublishCommand,
  transfer: agentsTransferCommand,
  name: agentsNameCommand,
  anchor: agentsAnchorCommand,
  verify: agentsVerifyCommand,
}

/** `behest agents …`: the registry. */
export async function agentsCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const [verb, ...rest] = commandArguments
  const ofAuthors = verb === undefined ? undefined : authorCommands[verb]
  if (ofAuthors !== undefined) return ofAuthors(rest)
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: {
      limit: { type: 'string', default: '10' },
      action: { type: 'string' },
      chain: { type: 'string' },
      token: { type: 'string' },
      venue: { type: 'string' },
      status: { type: 'string' },
      'max-latency': { type: 'string' },
      stdin: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const limit = Number(values.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw new UsageError('--limit must be 1 to 100.')
  const latency = values['max-latency']
  if (latency !== undefined && !/^[1-9]\d{0,4}$/.test(latency))
    throw new UsageError('--max-latency must be 1 to 60000, in ms.')
  const asked = {
    ...values,
    limit,
    ...(latency === undefined ? {} : { maxLatencyMs: Number(latency) }),
  }
  const work = toWork(verb, positionals, asked)
  const stack = await openStack({
    config: readStackConfig(process.env),
    onProgress: (message) => console.error(message),
  })
  try {
    const registry = createRegistryClient({ baseUrl: stack.config.registryUrl })
    if (values.stdin && verb === 'search') {
      await searchLines(registry, asked)
      return exitCodes.done
    }
    const { answer, text } = await work(registry)
    console.log(values.json ? JSON.stringify(answer, null, 2) : text)
    return exitCodes.done
  } finally {
    await stack.leave()
  }
}

type Answer = { readonly answer: unknown; readonly text: string }

function toWork(
  verb: string | undefined,
  positionals: readonly string[],
  values: {
    readonly limit: number
    readonly action?: string | undefined
    readonly chain?: string | undefined
    readonly token?: string | undefined
    readonly venue?: string | undefined
    readonly status?: string | undefined
    readonly maxLatencyMs?: number | undefined
  },
): (registry: RegistryClient) => Promise<Answer> {
  const [first, ...more] = positionals
  switch (verb) {
    case 'search':
      return (registry) => search(registry, positionals.join(' '), values)
    case 'show':
      if (!first) throw new UsageError('Give the id: behest agents show <id>.')
      return async (registry) => {
        const [agent, health] = await Promise.all([
          registry.get(first),
          registry.health(first),
        ])
        return {
          answer: { ...agent, health },
          text: [
            `${agent.name}  ${agent.agentId}  ${agent.status} since ${agent.statusSince}`,
            `  ${agent.description}`,
            ...toMarkLines(agent.marks ?? []),
            `  key ${agent.agent ?? 'none'}  at ${agent.url}`,
            `  lease until ${agent.leaseUntil ?? 'never'}  (${agent.statusReason})`,
            ...agent.capabilities.map(
              ({ action, chains, tokens, venues, feeBps }) =>
                `  ${action.padEnd(9)} chains ${chains === 'any' ? 'any' : chains.join(', ')} · tokens ${tokens === 'any' ? 'any' : tokens.join(', ')} · ${venues.join(', ') || 'any venue'} · fee ${feeBps} bps`,
            ),
          ].join('\n'),
        }
      }
    case 'earnings':
      if (!first)
        throw new UsageError('Give the id: behest agents earnings <id>.')
      return async (registry) => {
        const answer = await registry.earnings(first)
        return { answer, text: renderEarnings(answer) }
      }
    case 'explain':
      if (!first)
        throw new UsageError(
          'Give id and query: behest agents explain <id> "<query>".',
        )
      return async (registry) => {
        const answer = await registry.explain(first, { q: more.join(' ') })
        return { answer, text: renderExplanation(answer) }
      }
    default:
      throw new UsageError(
        'Say what about them: behest agents search | show | explain | earnings | verify | publish | unpublish | transfer | name | anchor.',
      )
  }
}

/** One query a line on stdin, one JSON answer a line on stdout, in order. */
async function searchLines(
  registry: RegistryClient,
  values: Parameters<typeof toWork>[2],
): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue
    try {
      const { answer } = await search(registry, line.trim(), values)
      console.log(JSON.stringify(answer))
    } catch (error) {
      // One bad query stops no other.
      if (!BehestError.isInstance(error)) throw error
      console.log(JSON.stringify({ error: error.toReport() }))
    }
  }
}

async function search(
  registry: RegistryClient,
  query: string,
  values: Parameters<typeof toWork>[2],
): Promise<Answer> {
  const { limit, action, chain, token, venue, status, maxLatencyMs } = values
  const answer = await registry.search({
    limit,
    ...(query === '' ? {} : { q: query }),
    ...(action === undefined ? {} : { action: action as 'swap' }),
    ...(chain === undefined ? {} : { chain }),
    ...(token === undefined ? {} : { token }),
    ...(venue === undefined ? {} : { venue }),
    ...(status === undefined ? {} : { status }),
    ...(maxLatencyMs === undefined ? {} : { maxLatencyMs }),
  })
  return {
    answer,
    text:
      answer.results.length === 0
        ? 'No agent fits.'
        : answer.results
            .map(
              ({
                name,
                agentId,
                status: state,
                score,
                description,
                why,
                marks,
              }) =>
                [
                  `${score.toFixed(3)}  ${name}  ${agentId}  ${state}`,
                  `       ${description}`,
                  ...toMarkLines(marks).map((line) => `     ${line}`),
                  `       ${why.join('; ')}`,
                ].join('\n'),
            )
            .join('\n'),
  }
}

/** What the registry says about an agent's own words, before they are believed. */
function toMarkLines(marks: readonly string[]): string[] {
  const says: Readonly<Record<string, string>> = {
    'instruction-like':
      'its text reads like orders to a model; nothing follows them',
    markup: 'its text holds markup; it is shown as it is',
    'few-examples': 'shows fewer than ten example requests',
  }
  return marks.map((mark) => `  ! ${says[mark] ?? mark}`)
}
