import type { Database } from '@behest/journal'
import type { Dossier } from '@behest/signer'
import {
  BehestError,
  type Hex,
  type IntentStorePort,
  type Stage,
} from '@behest/spec'

const mostHeld = 128

/**
 * Creates what finds the papers of an approved plan by its hash: for the signer,
 * which takes no plan on anybody's word and recomputes every link of them.
 */
export function createDossierReader(options: {
  readonly pool: Database['pool']
  readonly store: IntentStorePort
}): (planHash: Hex) => Promise<Dossier | null> {
  const { pool, store } = options
  const held = new Map<string, Dossier>()
  return async (planHash) => {
    const key = planHash.toLowerCase()
    const found = held.get(key)
    if (found) return found
    const { rows } = await pool.query<{ intent_id: string }>(
      'select intent_id from approval where plan_hash = $1',
      [Buffer.from(key.slice(2), 'hex')],
    )
    const intentId = rows[0]?.intent_id
    const intent = intentId === undefined ? null : await store.get(intentId)
    const plan = intent?.artifacts.find(({ stage }) => stage === 'plan')
    // A leg of an order itself: it belongs to no plan, and the signer knows what
    // it may be.
    if (intentId !== undefined && plan?.hash.toLowerCase() !== key) return null
    const read = (stage: Stage) => {
      const artifact = intent?.artifacts.find((one) => one.stage === stage)
      if (!artifact) throw new DossierMissingError({ planHash, stage })
      return artifact.body
    }
    const dossier = {
      quotes: read('quotes'),
      plan: read('plan'),
      simulation: read('simulation'),
      approval: read('approval'),
    }
    if (held.size >= mostHeld) held.clear()
    held.set(key, dossier)
    return dossier
  }
}

/** Thrown when the journal has no approved plan of a hash. */
export class DossierMissingError extends BehestError {
  readonly code = 'DOSSIER_MISSING'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: { planHash: string; stage: string }) {
    super(
      `The journal has no ${facts.stage} for plan ${facts.planHash}, so nothing of it can be signed. Make a new plan and have it approved.`,
      { facts },
    )
  }
}
