import type { Engine } from '@behest/engine'
import { IntentNotFoundError } from '@behest/engine'
import {
  type OrderStore,
  PolicyMissingError,
  type PolicyStore,
} from '@behest/journal'
import {
  type Address,
  BehestError,
  type IntentStorePort,
  isSameAddress,
} from '@behest/spec'

/** What reads and writes for everybody. */
export type Unscoped = {
  readonly engine: Engine
  readonly store: IntentStorePort
  readonly orders?: OrderStore
  readonly policies?: PolicyStore
}

/**
 * Narrows what reads and writes to one account. What is another's is as if it were
 * not there, so that its ids tell nothing.
 *
 * @param account - Whose intents, orders and policy are left to be seen.
 * @param reviewed - Accounts whose intents this person may look at by their id, and
 *   decide: they are an approver of them.
 */
export function scopeToAccount<Given extends Unscoped>(
  given: Given,
  account: Address,
  reviewed: readonly Address[] = [],
): Given {
  const { engine, store, orders, policies } = given
  const isOwn = (of: { readonly account: Address }): boolean =>
    isSameAddress(of.account, account)
  const assertOwn = async (id: string): Promise<void> => {
    if (!isOwn(await engine.get(id)))
      throw new IntentNotFoundError({ intentId: id })
  }
  const assertSeen = async (id: string): Promise<void> => {
    const of = await engine.get(id)
    if (!isOwn(of) && !reviewed.some((one) => isSameAddress(one, of.account)))
      throw new IntentNotFoundError({ intentId: id })
  }
  const assertFor = (asked: Address): void => {
    if (!isSameAddress(asked, account))
      throw new AccountNotYoursError({ account: asked, signedInAs: account })
  }
  return {
    ...given,
    engine: {
      ...engine,
      start: async (options) => {
        assertFor(options.account)
        return engine.start(options)
      },
      get: async (id) => {
        await assertSeen(id)
        return engine.get(id)
      },
      answer: async (options) => {
        await assertOwn(options.id)
        return engine.answer(options)
      },
      decide: async (options) => {
        await assertSeen(options.id)
        return engine.decide(options)
      },
      readSigning: async (id) => {
        await assertOwn(id)
        return engine.readSigning(id)
      },
      cancel: async (id) => {
        await assertOwn(id)
        return engine.cancel(id)
      },
    },
    store: {
      ...store,
      list: async (options) => {
        assertFor(options.account ?? account)
        return store.list({ ...options, account })
      },
      readEvents: async (options) => {
        await assertSeen(options.intentId)
        return store.readEvents(options)
      },
    },
    ...(orders === undefined
      ? {}
      : {
          orders: {
            ...orders,
            list: async (options: Parameters<OrderStore['list']>[0]) => {
              assertFor(options.account ?? account)
              return orders.list({ ...options, account })
            },
            get: async (id: string) => {
              const order = await orders.get(id)
              return order && isOwn(order) ? order : null
            },
          },
        }),
    ...(policies === undefined
      ? {}
      : {
          policies: {
            ...policies,
            find: async (of: Parameters<PolicyStore['find']>[0]) =>
              isOwn(of) ? policies.find(of) : null,
            activate: async (next: Parameters<PolicyStore['activate']>[0]) => {
              assertFor(next.policy.account)
              return policies.activate(next)
            },
            kill: async (of: Parameters<PolicyStore['kill']>[0]) => {
              if (!isOwn(of))
                throw new PolicyMissingError({ account: of.account })
              return policies.kill(of)
            },
          },
        }),
  }
}

/** Thrown when somebody asks for an account that they are not signed in as. */
export class AccountNotYoursError extends BehestError {
  readonly code = 'ACCOUNT_NOT_YOURS'
  readonly retry = 'never'

  constructor(facts: { account: string; signedInAs: string }) {
    super(
      `You are signed in as ${facts.signedInAs}, and asked for ${facts.account}. Nothing was read or begun. Sign in with that account, or leave the account out.`,
      { facts },
    )
  }
}
