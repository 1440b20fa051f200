import type { AgentCard } from '@a2a-js/sdk'

/** Who may ask: whoever reaches the server, or who has a session there. */
export type Admission = 'everyone' | 'session'

const sessionScheme = 'session'

/**
 * Builds the card of the engine itself.
 *
 * @param options.serverUrl - Where this API is served.
 * @param options.admission - Whether a client has to bring a session's token.
 */
export function buildEngineCard(options: {
  readonly serverUrl: string
  readonly admission: Admission
}): AgentCard {
  const { serverUrl, admission } = options
  const url = `${serverUrl}/a2a`
  const modes = ['text/plain', 'application/json']
  const shared = {
    inputModes: modes,
    outputModes: modes,
    securityRequirements: [],
  }
  return {
    name: 'Behest',
    description:
      'Say what you want done with tokens. Agents compete to do it; a plan is shown, waits for approval of exactly that plan, is carried out once, and ends with a receipt.',
    supportedInterfaces: [
      { url, protocolBinding: 'JSONRPC', tenant: '', protocolVersion: '1.0' },
      { url, protocolBinding: 'HTTP+JSON', tenant: '', protocolVersion: '1.0' },
    ],
    provider: undefined,
    version: '0.1.0',
    capabilities: {
      streaming: true,
      pushNotifications: true,
      extendedAgentCard: false,
      extensions: [],
    },
    securitySchemes:
      admission === 'everyone'
        ? {}
        : {
            [sessionScheme]: {
              scheme: {
                $case: 'httpAuthSecurityScheme',
                value: {
                  description: `Sign in with the wallet of your account (EIP-4361): POST ${serverUrl}/v1/sessions/nonce gives the text to sign, POST ${serverUrl}/v1/sessions the token for it.`,
                  scheme: 'Bearer',
                  bearerFormat: 'opaque',
                },
              },
            },
          },
    securityRequirements:
      admission === 'everyone'
        ? []
        : [{ schemes: { [sessionScheme]: { list: [] } } }],
    defaultInputModes: modes,
    defaultOutputModes: modes,
    skills: [
      {
        id: 'carry-out',
        name: 'Carry out a request',
        description:
          'Swaps, lends, borrows, repays, withdraws and sends. The task asks what is missing (input-required) and waits for approval (auth-required): approve with a data part {"type":"behest.approval","planHash":"0x…","decision":"approve"}, or on the page that is named there.',
        tags: ['swap', 'lend', 'borrow', 'transfer', 'intent'],
        examples: [
          'swap 1 ETH for USDC',
          'lend 100 USDC on Aave',
          'swap half my ETH to USDC and lend it where it earns most',
        ],
        ...shared,
      },
      {
        id: 'ask',
        name: 'Answer a question',
        description:
          'Prices, balances, yields, positions and health, and what a swap would give. Nothing is carried out.',
        tags: ['price', 'balance', 'yield', 'quote'],
        examples: [
          'what would I get for 1 ETH in USDC?',
          'how healthy is my loan?',
        ],
        ...shared,
      },
    ],
    signatures: [],
  }
}
