// One file because it is one examination: what an author wants to know, in the
// order in which one thing depends on the other.
import {
  type AgentDetail,
  type AgentHealth,
  ApiProblemError,
  type RegistryClient,
} from '@behest/client'
import { developmentAddresses } from '@behest/evm'
import { toAgentId } from '@behest/sdk'
import { BehestError, isSameAddress } from '@behest/spec'
import { isAddress, keccak256, stringToHex } from 'viem'
import { findTrouble } from '../agents/findTrouble.js'
import { type CardSource, readCardSource } from '../agents/readCardSource.js'
import { toAgentName } from '../agents/toAgentName.js'
import type { Finding } from './Finding.js'

const localChainIds = new Set([31_337, 1_337])
const everyStatus = 'live,degraded,unverified,stale,down,expired,suspended'
const wantedExamples = 10
const mostQueries = 3
/** From here down people have chosen somebody else. */
const lastGoodRank = 3

/** What an examination found. */
export type AgentExamination = {
  /** Absent where the registry does not know the agent. */
  readonly agentId?: string
  readonly findings: readonly Finding[]
}

/**
 * Examines one agent as its registry sees it: key, card, reachability, contract
 * test and place in search, each with what to do.
 *
 * @param options.source - The agent's id, or the address that it is served at.
 * @param options.chainId - Chain of the registry's signing domain.
 * @param options.queries - Requests to look for it with; its own examples if
 *   none.
 * @param options.nowMs - The time.
 */
export async function examineAgent(options: {
  readonly source: string
  readonly registry: RegistryClient
  readonly chainId: number
  readonly queries: readonly string[]
  /** Address of the owner whose key this machine has. */
  readonly owner?: string | undefined
  readonly nowMs: number
}): Promise<AgentExamination> {
  const { source, registry, chainId } = options
  const isUrl = /^https?:\/\//i.test(source)
  const known = isUrl ? undefined : await findById(registry, source)
  if (!isUrl && known === undefined)
    return {
      findings: [
        {
          name: 'registered',
          state: 'broken',
          detail: `the registry knows no agent "${source.slice(0, 100)}"`,
          todo: 'name it as "behest agents search" does, or by the address that it is served at',
        },
      ],
    }
  const card = await readCard(isUrl ? source : (known?.url ?? ''))
  if ('finding' in card && known === undefined)
    return { findings: [card.finding] }
  const agent =
    known ??
    ('text' in card
      ? await findByCard(registry, card, options.owner)
      : undefined)
  const findings: Finding[] = [
    ...('text' in card ? examineCard(card, chainId) : [card.finding]),
  ]
  if (agent === undefined) {
    findings.push({
      name: 'registered',
      state: 'broken',
      detail: 'the registry does not know it',
      todo: `run "behest agents publish ${source} --keystore <its keystore>"`,
    })
    return { findings }
  }
  const health = await registry.health(agent.agentId)
  findings.push(
    ...examineRecord(agent, 'text' in card ? card : undefined, options.nowMs),
    examineReachability(health),
    ...examineContract(agent, health),
    ...(await examinePlace(registry, agent, options.queries)),
    examineReputation(agent),
  )
  return { agentId: agent.agentId, findings }
}

async function findById(
  registry: RegistryClient,
  agentId: string,
): Promise<AgentDetail | undefined> {
  try {
    return await registry.get(agentId)
  } catch (error) {
    if (error instanceof ApiProblemError && error.problem.status < 500)
      return undefined
    throw error
  }
}

async function findByCard(
  registry: RegistryClient,
  card: CardSource,
  owner: string | undefined,
): Promise<AgentDetail | undefined> {
  const name = toAgentName(card.card.name)
  // An id derives from name and owner, who is most often the agent itself.
  for (const address of [card.profile.agent, owner]) {
    if (address === undefined || !isAddress(address, { strict: false }))
      continue
    const agentId = toAgentId({ name, owner: address })
    const agent = await findById(registry, agentId)
    if (agent !== undefined) return agent
  }
  const { results } = await registry.search({
    q: card.card.name.slice(0, 200),
    status: everyStatus,
    limit: 100,
  })
  const own = results.filter(
    ({ agent }) => agent !== null && isSameAddress(agent, card.profile.agent),
  )
  const found = own.find(({ url }) => url === card.baseUrl) ?? own[0]
  return found === undefined ? undefined : findById(registry, found.agentId)
}

async function readCard(
  source: string,
): Promise<CardSource | { readonly finding: Finding }> {
  try {
    return await readCardSource(source)
  } catch (error) {
    if (!BehestError.isInstance(error)) throw error
    return {
      finding: {
        name: 'card',
        state: 'broken',
        detail: error.shortMessage,
        todo: 'start the agent, and serve its card below /.well-known/agent-card.json',
      },
    }
  }
}

function examineCard(card: CardSource, chainId: number): Finding[] {
  const { agent, capabilities } = card.profile
  const isDevelopmentKey = developmentAddresses.some((address) =>
    isSameAddress(address, agent),
  )
  const examples = new Set(capabilities.flatMap((one) => one.examples))
  return [
    !card.isSigned
      ? {
          name: 'key',
          state: 'broken',
          detail: `the card is not signed by its key ${agent}`,
          todo: 'serve it with serveAgent, which signs it, and change nothing on the way',
        }
      : isDevelopmentKey
        ? {
            name: 'key',
            state: localChainIds.has(chainId) ? 'warning' : 'broken',
            detail: `${agent} is a development key that everybody knows`,
            todo: 'make one of your own with createKeystoreAccount',
          }
        : { name: 'key', state: 'ok', detail: `${agent} signed the card` },
    {
      name: 'card',
      state: 'ok',
      detail: `${card.card.name} ${String(card.card.version)} serves ${capabilities.map(({ action }) => action).join(', ')} at ${card.url}`,
    },
    examples.size >= wantedExamples
      ? {
          name: 'examples',
          state: 'ok',
          detail: `${examples.size} requests in people’s words`,
        }
      : {
          name: 'examples',
          state: 'warning',
          detail: `${examples.size} requests in people’s words`,
          todo: `give ${wantedExamples}: nothing else lifts an agent in search as much`,
        },
  ]
}

function examineRecord(
  agent: AgentDetail,
  card: CardSource | undefined,
  nowMs: number,
): Finding[] {
  const findings: Finding[] = [
    {
      name: 'registered',
      state: 'ok',
      detail: `${agent.agentId}, ${agent.source}, version ${agent.version}, owner ${agent.owner ?? 'unknown'}`,
    },
  ]
  if (card !== undefined && agent.source === 'signed') {
    const isSame =
      keccak256(stringToHex(card.text)) === agent.cardHash.toLowerCase()
    findings.push(
      isSame
        ? {
            name: 'published',
            state: 'ok',
            detail: 'the card is served as it was published',
          }
        : {
            name: 'published',
            state: 'broken',
            detail: 'the card that is served is not the published one',
            todo: `publish it again: behest agents publish ${agent.url}`,
          },
    )
  }
  if (agent.leaseUntil !== null) {
    const leftMinutes = Math.floor(
      (Date.parse(agent.leaseUntil) - nowMs) / 60_000,
    )
    findings.push(
      leftMinutes >= 0
        ? {
            name: 'lease',
            state: 'ok',
            detail: `until ${agent.leaseUntil}, ${leftMinutes} min from now`,
          }
        : {
            name: 'lease',
            state: 'broken',
            detail: `ran out at ${agent.leaseUntil}`,
            todo: 'publish it again, or let keepPublished renew it while it runs',
          },
    )
  }
  if (agent.marks?.includes('instruction-like'))
    findings.push({
      name: 'card text',
      state: 'warning',
      detail: 'its text reads like orders to a model, and is marked so',
      todo: 'say what the agent does, not what a reader should do',
    })
  if (agent.status === 'suspended')
    findings.push({
      name: 'suspended',
      state: 'broken',
      detail: agent.statusReason,
      todo: 'ask the operator of the registry',
    })
  return findings
}

function examineReachability(health: AgentHealth): Finding {
  const hour = health.windows['1h']
  const measured =
    hour.successShare === null
      ? 'not called yet'
      : `${hour.succeeded} of ${hour.probes} calls in the last hour succeeded${hour.p95LatencyMs === null ? '' : `, p95 ${Math.round(hour.p95LatencyMs)} ms`}`
  const name = 'reachable'
  const trouble = findTrouble(health)
  switch (health.listedAs) {
    case 'live':
      return { name, state: 'ok', detail: `live: ${measured}` }
    case 'unverified':
      return {
        name,
        state: 'warning',
        detail: `unverified: ${trouble ?? measured}`,
        todo:
          trouble === undefined
            ? `wait for the registry’s next call${health.nextProbeAt === null ? '' : ` at ${health.nextProbeAt}`}`
            : 'the registry must reach its address from where it runs',
      }
    default:
      return {
        name,
        state: health.listedAs === 'degraded' ? 'warning' : 'broken',
        detail: `${health.listedAs}: ${trouble ?? health.reason}; ${measured}`,
        todo: `the registry calls again at ${health.nextProbeAt ?? 'its next round'}; it must reach the address from where it runs`,
      }
  }
}

const contractTodo =
  'run describeAgentContract of @behest/sdk/testing with such a request'
/** What an author does about each way to fail; the detail says what was seen. */
const contractTodos: ReadonlyMap<string, string> = new Map([
  [
    'DECLINED',
    'quote ordinary requests of this kind: an action is listed when it was quoted, so name in the card the tokens and venues that it really serves',
  ],
  [
    'CANARY_UNREACHABLE',
    'see that the interface which the card names answers SendMessage with 200, from where the registry runs',
  ],
  [
    'CANARY_MALFORMED',
    'answer with one quote or one decline in a data part, as quoteSchema has it: units are whole numbers in decimal strings',
  ],
  [
    'CANARY_SIGNATURE',
    'sign with the key that the card names, last of all: nothing in a quote may change after signQuote',
  ],
  [
    'CANARY_CONTRADICTED',
    'quote what the calls do on the chain as it is: the token that was asked for, amounts in its smallest unit, and every approval that they need',
  ],
])

function examineContract(agent: AgentDetail, health: AgentHealth): Finding[] {
  return agent.capabilities.map(({ action }): Finding => {
    const name = `${action} test`
    const result = health.contract.find((one) => one.action === action)
    if (result === undefined)
      return {
        name,
        state: 'warning',
        detail: 'not tried yet',
        todo: 'nothing, where the registry has no request of this kind; else wait for its next call',
      }
    const share = `${Math.round(100 * result.passShare)} % passed`
    if (
      result.ok &&
      result.code === 'DECLINED' &&
      !agent.delisted.includes(action)
    )
      return {
        name,
        state: 'ok',
        detail: `${result.detail}; listed, for it quotes others (${share})`,
      }
    if (!result.ok || agent.delisted.includes(action))
      return {
        name,
        state: 'broken',
        detail: `${result.code}: ${result.detail} (${share})${agent.delisted.includes(action) ? '; not listed for it' : ''}`,
        todo: contractTodos.get(result.code) ?? contractTodo,
      }
    return { name, state: 'ok', detail: `${result.detail} (${share})` }
  })
}

async function examinePlace(
  registry: RegistryClient,
  agent: AgentDetail,
  queries: readonly string[],
): Promise<Finding[]> {
  const asked = queries.length > 0 ? queries : agent.examples
  const searches = [
    ...agent.capabilities.map(({ action }) => ({
      name: `as ${action}`,
      input: { action },
    })),
    ...asked.slice(0, mostQueries).map((q) => ({
      name: `“${q.length > 40 ? `${q.slice(0, 39)}…` : q}”`,
      input: { q: q.slice(0, 500) },
    })),
  ]
  const findings: Finding[] = []
  for (const { name, input } of searches) {
    const place = await registry.explain(agent.agentId, input)
    if (place.rank === null) {
      const detail =
        place.steps.find(({ passed }) => !passed)?.says ?? 'it is not listed'
      // What keeps it out of one search keeps it out of all: said once.
      if (findings.some((finding) => finding.detail === detail)) continue
      findings.push({
        name,
        state: 'broken',
        detail,
        todo: place.todo ?? 'see "behest agents explain"',
      })
    } else if (place.rank <= lastGoodRank)
      findings.push({
        name,
        state: 'ok',
        detail: `place ${place.rank} of ${place.of}`,
      })
    else
      findings.push({
        name,
        state: 'warning',
        detail: `place ${place.rank} of ${place.of}, ${place.gapToNext?.toFixed(3) ?? '0'} behind the next`,
        todo: `see why: behest agents explain ${agent.agentId}${'q' in input ? ` "${input.q}"` : ''}`,
      })
  }
  return findings
}

function examineReputation(agent: AgentDetail): Finding {
  const counted = agent.trust?.receipts
  return {
    name: 'receipts',
    state: 'ok',
    detail:
      typeof counted === 'number' && counted > 0
        ? `${counted} counted; "behest agents show ${agent.agentId} --json" has them`
        : 'none counted yet; the first come from being chosen',
  }
}
