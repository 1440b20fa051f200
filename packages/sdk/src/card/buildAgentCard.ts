import {
  type Address,
  agentProfileSchema,
  capabilityExtensionUri,
} from '@behest/spec'
import * as z from 'zod'
import type { Agent } from '../define/Agent.js'
import type { AgentCardJson } from './AgentCard.js'
import { buildAgentProfile } from './buildAgentProfile.js'

/** Version of A2A that agents speak. */
export const a2aVersion = '1.0'

/**
 * Builds an agent's A2A 1.0 card, not yet signed. The same agent, key and
 * address always give the same card.
 *
 * @param options.agent - The agent.
 * @param options.agentAddress - Address of its key.
 * @param options.url - Where it is served; both bindings answer there.
 */
export function buildAgentCard(options: {
  readonly agent: Agent
  readonly agentAddress: Address
  readonly url: string
}): AgentCardJson {
  const { agent, agentAddress, url } = options
  return {
    name: agent.name,
    description: agent.summary,
    version: agent.version,
    supportedInterfaces: [
      { url, protocolBinding: 'JSONRPC', protocolVersion: a2aVersion },
      { url, protocolBinding: 'HTTP+JSON', protocolVersion: a2aVersion },
    ],
    capabilities: {
      streaming: false,
      pushNotifications: false,
      extensions: [
        {
          uri: capabilityExtensionUri,
          description:
            'What can be asked of this agent: send a behest.quote-request, get a behest.quote or a behest.decline.',
          required: false,
          params: z.encode(
            agentProfileSchema,
            buildAgentProfile({ agent, agentAddress }),
          ),
        },
      ],
    },
    defaultInputModes: ['application/json'],
    defaultOutputModes: ['application/json'],
    skills: agent.serves.map((action) => ({
      id: action,
      name: action,
      description: `${agent.summary} Action: ${action}.`,
      tags: [action, ...agent.venues],
      examples: agent.examples,
    })),
  }
}
