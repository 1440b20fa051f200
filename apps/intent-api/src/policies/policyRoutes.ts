import { hashPolicy } from '@behest/engine'
import {
  type OrderStore,
  PolicyMissingError,
  type PolicyStore,
} from '@behest/journal'
import {
  type Address,
  addressSchema,
  BehestError,
  buildPolicyTypedData,
  type ChainPort,
  type Hex,
  hexSchema,
  isSameAddress,
  type Policy,
  policyRecordSchema,
  policySchema,
  stoppedSchema,
  text,
} from '@behest/spec'
import { type Request, Router } from 'express'
import { verifyTypedData } from 'viem'
import * as z from 'zod'
import { RequestInvalidError } from '../http/errors.js'
import { readBody, readQuery } from '../http/readRequest.js'
import { noQuerySchema } from '../routes/schemas.js'
import { secp256k1Order } from './secp256k1Order.js'

/** Body of `POST /v1/policies`. */
export const policyBodySchema = z.strictObject({
  policy: policySchema,
  /** Absent for an account of this server, whose signer then signs. */
  signature: hexSchema.optional(),
})

/** Body of `POST /v1/policies/:account/kill`. */
export const killBodySchema = z.strictObject({
  why: text(500).default('asked for by hand'),
})

/** What the routes of policies reach the product through. */
export type PolicyRoutesOptions = {
  readonly policies: PolicyStore
  readonly chain: ChainPort
  /** The accounts whose keys this server has. */
  readonly accounts?: readonly Address[]
  /**
   * Has the signer sign for an account of this server. Absent where others than
   * the person of this machine reach the server: then only a signature counts.
   */
  readonly signPolicy?: (policy: Policy) => Promise<Hex>
  readonly orders: Pick<OrderStore, 'list' | 'cancel'>
}

/** Shows, sets and stops by policies: the routes below `/v1/policies`. */
export function policyRoutes(options: PolicyRoutesOptions): Router {
  const { policies, chain, orders } = options
  const routes = Router()

  routes.get('/policies/:account', async (request, response) => {
    readQuery(request, noQuerySchema)
    const account = readAccount(request)
    const record = await policies.find({ account, chainId: chain.chainId })
    if (!record) {
      const stop = await policies.findStop?.({
        account,
        chainId: chain.chainId,
      })
      throw new PolicyMissingError({
        account,
        ...(stop ? { killedAt: stop.killedAt } : {}),
      })
    }
    response.json(z.encode(policyRecordSchema, record))
  })

  routes.post('/policies', async (request, response) => {
    const { policy, ...given } = readBody(request, policyBodySchema)
    if (policy.chainId !== chain.chainId)
      throw new RequestInvalidError({
        where: 'body',
        problem: `policy.chainId: this server works on chain ${chain.chainId}`,
      })
    const signature = given.signature ?? (await signOwn(policy))
    if (!signature || !(await isSignedBy(policy.account, policy, signature)))
      throw new PolicySignatureError({ account: policy.account })
    const { timestampUnixSeconds } = await chain.readHead()
    const record = await policies.activate({
      policy,
      policyHash: hashPolicy(policy),
      signature,
      nowUnixSeconds: timestampUnixSeconds,
    })
    response.status(201).json(z.encode(policyRecordSchema, record))
  })

  // Whoever may talk to this server may stop it: stopping takes no signature.
  routes.post('/policies/:account/kill', async (request, response) => {
    const account = readAccount(request)
    const { why } = readBody(request, killBodySchema)
    const record = await policies.kill({
      account,
      chainId: chain.chainId,
      why,
    })
    // What others hold of the account is ended too: it outlives this server.
    for (;;) {
      const page = await orders.list({ limit: 100, account, status: 'active' })
      for (const { id } of page.orders)
        await orders.cancel({
          orderId: id,
          why: 'Everything was stopped by the kill switch.',
        })
      if (page.nextCursor === undefined) break
    }
    response.json(
      'policy' in record
        ? z.encode(policyRecordSchema, record)
        : z.encode(stoppedSchema, record),
    )
  })

  return routes

  async function signOwn(policy: Policy): Promise<Hex | undefined> {
    const isOwn = options.accounts?.some((own) =>
      isSameAddress(own, policy.account),
    )
    return isOwn ? options.signPolicy?.(policy) : undefined
  }
}

/** A signature of the account's own key; its twin with the high half is refused. */
async function isSignedBy(
  account: Address,
  policy: z.output<typeof policySchema>,
  signature: `0x${string}`,
): Promise<boolean> {
  if (signature.length !== 132) return false
  if (BigInt(`0x${signature.slice(66, 130)}`) > secp256k1Order / 2n)
    return false
  try {
    return await verifyTypedData({
      ...buildPolicyTypedData(policy),
      address: account,
      signature,
    })
  } catch {
    // Bytes that are no signature at all.
    return false
  }
}

function readAccount(request: Request): Address {
  const parsed = addressSchema.safeParse(request.params.account)
  if (!parsed.success)
    throw new RequestInvalidError({
      where: 'path',
      problem: 'account: it must be an address',
    })
  return parsed.data
}

/** Thrown when a policy was not signed by the account that it is for. */
export class PolicySignatureError extends BehestError {
  readonly code = 'POLICY_SIGNATURE_INVALID'
  readonly stage = 'approval'
  readonly retry = 'ask-user'

  constructor(facts: { account: string }) {
    super(
      `The policy is not signed by ${facts.account}; the one before still holds. Sign exactly this policy with that account's key.`,
      { facts },
    )
  }
}
