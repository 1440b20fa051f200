import {
  buildApprovalTypedData,
  createEngine,
  type Engine,
  hashArtifact,
  toWire,
} from '@behest/engine'
import {
  createChainPort,
  createMandatePort,
  type LegTransaction,
} from '@behest/evm'
import { createParser } from '@behest/language'
import { quoteInProcess, signQuote } from '@behest/sdk'
import {
  type CreateFirewallOptions,
  createFirewall,
  type Dossier,
  type Firewall,
  openSignedLedger,
} from '@behest/signer'
import {
  type AgentPort,
  type Artifact,
  artifactSchema,
  BehestError,
  type Candidate,
  type Custody,
  type Hex,
  type IntentRecord,
  type IntentStorePort,
  type LanguagePort,
  type LegOrder,
  type LegResult,
  type Quote,
  type QuoteRequest,
  type SenderPort,
  type UnsignedQuote,
} from '@behest/spec'
import * as z from 'zod'
import { createMemoryStore } from './createMemoryStore.js'
import type { HostileWorld } from './openHostileWorld.js'

/** The engine of one case, and what was signed on its way. */
export type CaseEngine = {
  readonly engine: Engine
  readonly store: IntentStorePort
  readonly firewall: Firewall
  readonly readDossier: (planHash: Hex) => Promise<Dossier>
  /** From the sentence to where the plan waits; nothing is approved. */
  readonly plan: (custody?: Custody) => Promise<IntentRecord>
  /** The user's yes, signed by their own device, and all that follows. */
  readonly approve: (record: IntentRecord) => Promise<IntentRecord>
}

/** Turns an honest quote into another one; it is signed afterwards. */
export type Bend = (quote: UnsignedQuote) => UnsignedQuote

const principal = 'hostile'

/**
 * A firewall that believes nobody but the user's own device.
 *
 * @param changes - Options that a case sets otherwise.
 */
export function createCaseFirewall(
  world: HostileWorld,
  changes: Partial<CreateFirewallOptions> = {},
): Firewall {
  const { user, executor, attestor } = world
  return createFirewall({
    addresses: {
      account: user.address,
      executor: executor.address,
      engine: attestor.address,
    },
    unlock: async (name) =>
      ({ account: user, executor, engine: attestor })[name],
    deployment: world.deployment,
    chain: world.firewallChain,
    knownContracts: world.known,
    ledger: openSignedLedger(),
    approvers: [world.approver.address],
    ...changes,
  })
}

/**
 * Puts an engine together for one sentence.
 *
 * @param options.bend - What a hostile agent does to the honest quote.
 * @param options.rpcUrl - The engine's node; the signer has the honest one.
 * @param options.language - In place of the embedded parser.
 */
export function createCaseEngine(options: {
  readonly world: HostileWorld
  readonly utterance: string
  readonly bend?: Bend
  readonly rpcUrl?: string
  readonly language?: LanguagePort
}): CaseEngine {
  const { world, utterance, bend } = options
  const { deployment, user } = world
  const chain =
    options.rpcUrl === undefined
      ? world.chain
      : createChainPort({ rpcUrl: options.rpcUrl, deployment })
  const store = createMemoryStore()
  const firewall = createCaseFirewall(world)
  let intentId = ''

  const readDossier = async (planHash: Hex): Promise<Dossier> => {
    const intent = await store.get(intentId)
    const read = (stage: Artifact['stage']) => {
      const found = intent?.artifacts.find((one) => one.stage === stage)
      if (!found) throw new RangeError(`no ${stage} of ${planHash}`)
      return found.body
    }
    return {
      quotes: read('quotes'),
      plan: read('plan'),
      simulation: read('simulation'),
      approval: read('approval'),
    }
  }

  const sender: SenderPort = createCaseSender({
    world,
    sign: async (transaction) =>
      firewall.signLeg({
        transaction,
        dossier: await readDossier(transaction.planHash),
      }),
  })
  const candidate: Candidate = {
    agentId: 'agent-1',
    name: 'agent',
    agent: world.agentKey.address,
    url: 'http://127.0.0.1:1/',
    reference: false,
    kept: true,
    why: 'live',
  }
  let counter = 0
  const engine = createEngine(
    {
      store,
      language: options.language ?? createParser(),
      registry: { findCandidates: async () => [candidate] },
      agents: createCaseAgents({ world, ...(bend ? { bend } : {}) }),
      chain,
      sender,
      attestor: {
        address: world.attestor.address,
        signReceipt: firewall.signReceipt,
      },
      mandates: createMandatePort({
        client: chain.client,
        deployment,
        executor: world.executor.address,
        sign: async (request) =>
          firewall.signMandate({
            ...request,
            dossier: await readDossier(request.planHash),
          }),
      }),
      now: () => new Date(1_800_000_000_000),
      createId: () => `id-${counter++}`,
    },
    {
      knownContracts: world.known,
      wrappedNative: deployment.wrappedNative,
      quoteTimeoutMs: 10_000,
      sendWaitMs: 5_000,
    },
  )
  return {
    engine,
    store,
    firewall,
    readDossier,
    plan: async (custody) => {
      intentId = 'intent-1'
      await engine.start({
        id: intentId,
        text: utterance,
        account: user.address,
        context: { now: '2026-01-01T00:00:00.000Z', timeZone: 'UTC' },
        principal,
        ...(custody === undefined ? {} : { custody }),
      })
      await engine.advance(intentId)
      return engine.get(intentId)
    },
    approve: async (record) => {
      const { preview } = record
      if (record.status !== 'needs-approval' || !preview) return record
      const { planHash, simulationHash } = preview
      await engine.decide({
        id: record.id,
        planHash,
        decision: 'approve',
        signature: await signApproval(world, planHash, simulationHash),
      })
      // What fails after a yes is taken up again; the outbox knows the truth.
      await engine.advance(record.id).catch((error: unknown) => {
        if (!BehestError.isInstance(error)) throw error
      })
      return engine.get(record.id)
    },
  }
}

/** The user's own device says yes to exactly one plan. */
export function signApproval(
  world: HostileWorld,
  planHash: Hex,
  simulationHash: Hex,
): Promise<Hex> {
  return world.approver.signTypedData(
    buildApprovalTypedData({
      chainId: world.deployment.chainId,
      planHash,
      simulationHash,
      decision: 'approve',
    }),
  )
}

/** An agent in this process: honest, or one that bends what the honest one says. */
function createCaseAgents(options: {
  readonly world: HostileWorld
  readonly bend?: Bend
}): AgentPort {
  const { world, bend } = options
  const ask = async (request: QuoteRequest): Promise<Quote | null> => {
    for (const agent of world.agents) {
      if (!agent.serves.some((action) => action === request.instruction.action))
        continue
      const answer = await quoteInProcess(agent, {
        request,
        signer: world.agentKey,
      })
      if (answer.type === 'behest.quote') return answer
    }
    return null
  }
  return {
    requestQuote: async ({ request }) => {
      const quote = await ask(request)
      if (!quote)
        return {
          type: 'behest.decline',
          version: 1,
          requestId: request.requestId,
          code: 'NO',
          message: 'no',
        }
      if (!bend) return quote
      const { signature: _signature, ...unsigned } = quote
      return signQuote({ quote: bend(unsigned), account: world.agentKey })
    },
  }
}

/** Sends at once and tells what the chain says: the outbox has its own tests. */
export function createCaseSender(options: {
  readonly world: HostileWorld
  readonly sign: (
    transaction: LegTransaction,
  ) => Promise<{ readonly raw: Hex; readonly hash: Hex }>
}): SenderPort {
  const { world, sign } = options
  const done = new Map<string, LegResult>()
  return {
    hasLeg: async (legId) => done.has(legId),
    carryOut: async (order) => {
      const found = done.get(order.legId)
      if (found) return found
      const result = await carryOut(world, sign, order)
      done.set(order.legId, result)
      return result
    },
  }
}

async function carryOut(
  world: HostileWorld,
  sign: Parameters<typeof createCaseSender>[0]['sign'],
  order: LegOrder,
): Promise<LegResult> {
  const nonce = await world.wallet.getTransactionCount({
    address: order.account,
  })
  try {
    const { raw, hash } = await sign(toTransaction(order, nonce))
    if ((await world.offer(raw)) === null)
      return { type: 'not-sent', reason: 'the node refused it' }
    const receipt = await world.wallet.getTransactionReceipt({ hash })
    return {
      type: receipt.status === 'success' ? 'succeeded' : 'reverted',
      hash,
      nonce,
      blockNumber: receipt.blockNumber,
      gasUsed: receipt.gasUsed,
      gasWei: receipt.gasUsed * receipt.effectiveGasPrice,
    }
  } catch (error) {
    if (!BehestError.isInstance(error)) throw error
    return { type: 'not-sent', reason: error.shortMessage }
  }
}

/** What the outbox would have signed for a leg. */
export function toTransaction(order: LegOrder, nonce: number): LegTransaction {
  return {
    purpose: 'send',
    legId: order.legId,
    planHash: order.planHash,
    chainId: order.chainId,
    from: order.account,
    to: order.to,
    valueWei: order.valueWei,
    data: order.data,
    nonce,
    gasLimit: order.gasLimit,
    maxFeePerGasWei: order.maxFeePerGasWei,
    maxPriorityFeePerGasWei: 1n,
    ...(order.authorization === undefined
      ? {}
      : { authorization: order.authorization }),
  }
}

/** Makes the links of a forged dossier right again: hashes are not the defence. */
export function relink(dossier: Dossier): Dossier {
  const read = <Stage extends Artifact['stage']>(wire: unknown) =>
    z.decode(artifactSchema, wire as never) as Extract<
      Artifact,
      { stage: Stage }
    >
  const quotes = read<'quotes'>(dossier.quotes)
  const plan = {
    ...read<'plan'>(dossier.plan),
    parentHash: hashArtifact(quotes),
  }
  const planHash = hashArtifact(plan)
  const simulation = {
    ...read<'simulation'>(dossier.simulation),
    parentHash: planHash,
    planHash,
  }
  const simulationHash = hashArtifact(simulation)
  const approval = {
    ...read<'approval'>(dossier.approval),
    parentHash: simulationHash,
    planHash,
    simulationHash,
  }
  return {
    quotes: toWire(quotes),
    plan: toWire(plan),
    simulation: toWire(simulation),
    approval: toWire(approval),
  }
}
