import {
  addressSchema,
  agentNameSchema,
  agentPriceSchema,
  BehestError,
  bpsSchema,
  instructionSchema,
  text,
} from '@behest/spec'
import * as z from 'zod'
import type { Agent, AgentDefinition, ServedAction } from './Agent.js'
import { deepFreeze } from './deepFreeze.js'

const servedActions = instructionSchema.options.map(
  (option) => option.shape.action.value,
)

const line = (maxLength: number) => text(maxLength).min(1)

const priceSchema = z.strictObject({
  chainId: z.int().min(1),
  token: agentPriceSchema.shape.token,
  units: z.bigint().min(1n),
  payTo: addressSchema.optional(),
})
const definitionSchema = z.strictObject({
  name: agentNameSchema,
  version: z
    .string()
    .max(32)
    .regex(/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/),
  summary: line(500),
  chainIds: z.union([
    z.literal('any'),
    z.array(z.int().min(1)).min(1).max(100),
  ]),
  serves: z.array(z.enum(servedActions)).min(1).max(50),
  tokens: z.union([z.literal('any'), z.array(line(64)).min(1).max(500)]),
  venues: z.array(line(64)).max(50),
  feeBps: bpsSchema,
  pricePerQuote: z.optional(priceSchema),
  examples: z.array(line(200)).max(20),
  limits: z.strictObject({
    spenders: z.array(addressSchema).max(50),
    maxValidForSeconds: z.int().min(1).max(86_400),
  }),
})

/**
 * Declares an agent: data first, one function, limits where a reviewer sees
 * them.
 *
 * The result is deep-frozen. It does nothing by itself: `serveAgent` gives it
 * an address, `quoteInProcess` asks it without one.
 *
 * @param definition.name - Lower-case words joined by hyphens.
 * @param definition.version - Semantic version.
 * @param definition.summary - One or two sentences for people and search.
 * @param definition.chainIds - EIP-155 chain ids served, or `'any'`.
 * @param definition.serves - Actions served; narrows the type of `instruction`.
 * @param definition.tokens - Symbols or addresses served; `'any'` if absent.
 * @param definition.venues - Canonical venue names.
 * @param definition.feeBps - Most that the agent takes, in hundredths of a per
 *   cent of what is spent.
 * @param definition.pricePerQuote - What one quote costs: an EIP-3009 token, its
 *   amount in smallest units, and who is paid.
 * @param definition.examples - Requests in people's words.
 * @param definition.limits - Spenders that may be approved, and the longest
 *   life of a quote in seconds. A quote past them is never sent out.
 * @param definition.quote - Answers one request.
 * @returns The agent, frozen.
 * @throws {AgentDefinitionError} when a field does not hold what it should.
 *
 * @example
 * ```ts source="./defineAgent.examples.ts#agent"
 * ```
 */
export function defineAgent<const Served extends ServedAction>(
  definition: AgentDefinition<Served>,
): Agent<Served> {
  const { quote, ...rest } = definition
  const checked = definitionSchema.safeParse({
    ...rest,
    tokens: rest.tokens ?? 'any',
    venues: rest.venues ?? [],
    feeBps: rest.feeBps ?? 0,
    examples: rest.examples ?? [],
  })
  if (!checked.success) {
    const issue = checked.error.issues[0]
    throw new AgentDefinitionError({
      agent: String(definition.name).slice(0, 63),
      field: issue?.path.join('.') ?? '',
      reason: issue?.message ?? 'not understood',
    })
  }
  if (typeof quote !== 'function')
    throw new AgentDefinitionError({
      agent: definition.name,
      field: 'quote',
      reason: 'must be a function',
    })
  const data = checked.data as unknown as Omit<Agent<Served>, 'quote'>
  return deepFreeze({
    ...data,
    quote: (instruction, context) => quote(instruction, context),
  } as Agent<Served>)
}

/** Thrown when an agent's definition does not hold what it should. */
export class AgentDefinitionError extends BehestError {
  readonly code = 'AGENT_DEFINITION_INVALID'
  readonly retry = 'never'

  constructor(facts: { agent: string; field: string; reason: string }) {
    super(
      `The definition of agent "${facts.agent}" is not valid at "${facts.field}": ${facts.reason}. Correct that field.`,
      { facts },
    )
  }
}
