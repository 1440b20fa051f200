import { BehestError } from '@behest/spec'

/** Thrown when two pools of one set have the same id. */
export class DuplicatePoolError extends BehestError {
  readonly code = 'POOL_DUPLICATE'
  override readonly stage = 'quotes'
  readonly retry = 'never'

  constructor(facts: { readonly pool: string; readonly line?: number }) {
    super(
      `Pool "${facts.pool}" is given twice, which would count its liquidity twice. Keep one of them.`,
      { facts },
    )
  }
}
