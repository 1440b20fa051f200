import {
  type Address,
  type AgentProfile,
  type Capability,
  instructionSchema,
  type JsonValue,
} from '@behest/spec'
import * as z from 'zod'
import type { Agent, ServedAction } from '../define/Agent.js'

/**
 * Builds what the capability extension of an agent's card holds: one capability
 * for each action, with the JSON schema of its instruction.
 *
 * @param options.agent - The agent.
 * @param options.agentAddress - Address of its key.
 */
export function buildAgentProfile(options: {
  readonly agent: Agent
  readonly agentAddress: Address
}): AgentProfile {
  const { agent, agentAddress } = options
  const { pricePerQuote } = agent
  return {
    agent: agentAddress,
    capabilities: agent.serves.map(
      (action): Capability => ({
        action,
        chains: agent.chainIds === 'any' ? 'any' : [...agent.chainIds],
        tokens: agent.tokens === 'any' ? 'any' : [...agent.tokens],
        venues: [...agent.venues],
        feeBps: agent.feeBps,
        spenders: [...agent.limits.spenders],
        maxValidForSeconds: agent.limits.maxValidForSeconds,
        examples: [...agent.examples],
        inputSchema: getInputSchema(action),
        outputSchema,
      }),
    ),
    ...(pricePerQuote === undefined
      ? {}
      : {
          price: {
            ...pricePerQuote,
            payTo: pricePerQuote.payTo ?? agentAddress,
          },
        }),
  }
}

// The same for every agent: the whole form is part of the protocol.
const outputSchema: NonNullable<Capability['outputSchema']> = {
  type: 'object',
  required: ['type', 'version', 'requestId'],
  properties: {
    type: { enum: ['behest.quote', 'behest.decline'] },
    version: { const: 1 },
    requestId: { type: 'string' },
  },
}

function getInputSchema(
  action: ServedAction,
): NonNullable<Capability['inputSchema']> {
  const schema = instructionSchema.options.find(
    (option) => option.shape.action.value === action,
  )
  // With references, or amounts nest deeper than registries read.
  return z.toJSONSchema(schema ?? instructionSchema, {
    io: 'input',
    reused: 'ref',
  }) as Record<string, Exclude<JsonValue, undefined>> as NonNullable<
    Capability['inputSchema']
  >
}
