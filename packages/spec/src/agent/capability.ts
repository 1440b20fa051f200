import * as z from 'zod'
import { actions } from '../intent/intent.js'
import { agentPriceSchema } from '../payment/x402.js'
import { addressSchema } from '../units/hex.js'
import { text } from '../units/text.js'
import { bpsSchema } from '../units/units.js'

/** URI of the A2A extension that carries {@link Capability}s in an agent card. */
export const capabilityExtensionUri =
  'https://behest.dev/extensions/capabilities/v1'

/** Schema of {@link Capability}. */
export const capabilitySchema = z.strictObject({
  action: z.enum(actions),
  /** Chain ids served; `'any'` for all. */
  chains: z.union([z.literal('any'), z.array(z.int().min(1)).min(1).max(100)]),
  /** Symbols or addresses served; `'any'` for all. */
  tokens: z.union([z.literal('any'), z.array(text(64)).min(1).max(500)]),
  /** Canonical venue names, such as `uniswap`, `aave`, `morpho`. */
  venues: z.array(text(64)).max(50),
  /** Most that the agent itself takes. */
  feeBps: bpsSchema,
  /** Contracts that may be approved to take the user's tokens. */
  spenders: z.array(addressSchema).max(50),
  maxValidForSeconds: z.int().min(1).max(86_400),
  /** Requests that the agent serves, in people's words. */
  examples: z.array(text(200)).max(20),
  inputSchema: z.record(z.string(), z.json()).optional(),
  outputSchema: z.record(z.string(), z.json()).optional(),
})
/** One thing that an agent can do. */
export type Capability = z.output<typeof capabilitySchema>

/** Schema of {@link AgentProfile}. */
export const agentProfileSchema = z.strictObject({
  /** The agent's key: identity, and signer of its quotes. */
  agent: addressSchema,
  capabilities: z.array(capabilitySchema).max(50),
  /** What one quote costs, paid by x402. Absent: quotes are free. */
  price: agentPriceSchema.optional(),
})
/** What the capability extension of a card holds as its params. */
export type AgentProfile = z.output<typeof agentProfileSchema>
