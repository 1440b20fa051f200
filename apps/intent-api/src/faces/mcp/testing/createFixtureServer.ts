/**
 * One file because it is one list: the tools, prompts and resources that the MCP
 * conformance suite calls by name. They stand behind the same route as ours, so
 * that the suite judges how we serve and not only what we offer.
 */
import {
  acceptedContent,
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  completable,
  fromJsonSchema,
  inputRequired,
  inputResponse,
  LOG_LEVEL_META_KEY,
  McpServer,
  type RequestStateCodec,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server'
import * as z from 'zod'

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const silence = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA='
const stepMs = 20
/** The annotation that has a client repeat an argument as a header. */
const mirrored = { 'x-mcp-header': 'Region' }

const nameSchema = z.object({ name: z.string() })
const contextSchema = z.object({ context: z.string() })
const colorSchema = z.object({ color: z.string() })
const okSchema = z.object({ ok: z.boolean() })

const askCapital = inputRequired.createMessage({
  messages: [{ role: 'user', content: text('What is the capital of France?') }],
  maxTokens: 100,
})

/** What the fixture tools keep between two rounds: which round it was. */
export type FixtureState = { readonly round: number }

/** Creates what the conformance suite expects to find, for one request. */
export function createFixtureServer(
  codec: RequestStateCodec<FixtureState>,
): McpServer {
  const server = new McpServer(
    { name: 'behest-fixtures', version: '0.1.0' },
    {
      capabilities: {
        logging: {},
        tools: { listChanged: false },
        prompts: { listChanged: false },
        resources: { subscribe: true, listChanged: false },
      },
      requestState: { verify: codec.verify },
    },
  )
  registerContent(server)
  registerBehaviour(server)
  registerInput(server, codec)
  registerPrompts(server)
  registerResources(server)
  // Subscriptions of the older revision need no more here than to be accepted.
  server.server.setRequestHandler('resources/subscribe', () => ({}))
  server.server.setRequestHandler('resources/unsubscribe', () => ({}))
  return server
}

function registerContent(server: McpServer): void {
  const image = { type: 'image', data: pixel, mimeType: 'image/png' } as const
  const contents: Record<string, CallToolResult['content']> = {
    test_simple_text: [text('This is a simple text response for testing.')],
    test_image_content: [image],
    test_audio_content: [
      { type: 'audio', data: silence, mimeType: 'audio/wav' },
    ],
    test_embedded_resource: [
      {
        type: 'resource',
        resource: {
          uri: 'test://embedded-resource',
          mimeType: 'text/plain',
          text: 'This is an embedded resource content.',
        },
      },
    ],
    test_multiple_content_types: [
      text('Multiple content types test:'),
      image,
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: '{"test":"data","value":123}',
        },
      },
    ],
  }
  for (const [name, content] of Object.entries(contents))
    server.registerTool(name, { description: `Gives ${name}.` }, () => ({
      content,
    }))
  server.registerTool(
    'json_schema_2020_12_tool',
    {
      description: 'Tool with JSON Schema 2020-12 features',
      inputSchema: fromJsonSchema({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        $defs: {
          address: {
            $anchor: 'addressDef',
            type: 'object',
            properties: {
              street: { type: 'string' },
              city: { type: 'string' },
            },
          },
        },
        properties: {
          name: { type: 'string' },
          address: { $ref: '#/$defs/address' },
          contactMethod: { type: 'string', enum: ['phone', 'email'] },
          phone: { type: 'string' },
          email: { type: 'string' },
        },
        allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
        if: {
          properties: { contactMethod: { const: 'phone' } },
          required: ['contactMethod'],
        },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { required: ['phone'] },
        else: { required: ['email'] },
        additionalProperties: false,
      }),
    },
    () => said('ok'),
  )
  server.registerTool(
    'test_custom_header',
    {
      description: 'Takes an argument that is mirrored into a header.',
      inputSchema: fromJsonSchema<{ region?: string }>({
        type: 'object',
        properties: { region: { type: 'string', ...mirrored } },
      }),
    },
    ({ region }) => said(region ?? 'none'),
  )
}

function registerBehaviour(server: McpServer): void {
  const log = async (context: ServerContext, data: string): Promise<void> => {
    // The stateless revision logs only to who asked for it in this request.
    const envelope = envelopeOf(context)
    if (envelope && envelope[LOG_LEVEL_META_KEY] === undefined) return
    await context.mcpReq.log('info', data)
  }
  const logThrice = async (context: ServerContext): Promise<CallToolResult> => {
    await log(context, 'Tool execution started')
    await wait()
    await log(context, 'Tool processing data')
    await wait()
    await log(context, 'Tool execution completed')
    return said('Done.')
  }
  server.registerTool(
    'test_tool_with_logging',
    { description: 'Logs three times.' },
    logThrice,
  )
  server.registerTool(
    'test_logging_tool',
    { description: 'Logs three times.' },
    logThrice,
  )
  server.registerTool(
    'test_error_handling',
    { description: 'Always fails.' },
    () => ({
      isError: true,
      content: [text('This tool intentionally returns an error for testing')],
    }),
  )
  server.registerTool(
    'test_tool_with_progress',
    { description: 'Tells how far it is.' },
    async (context) => {
      const progressToken = context.mcpReq._meta?.progressToken
      for (const progress of [0, 50, 100]) {
        if (progressToken !== undefined)
          await context.mcpReq.notify({
            method: 'notifications/progress',
            params: { progressToken, progress, total: 100 },
          })
        await wait()
      }
      return said('Done.')
    },
  )
  server.registerTool(
    'test_missing_capability',
    { description: 'Needs a client that can sample.' },
    // The route refuses the request where the client has not said that it can.
    () => inputRequired({ inputRequests: { question: askCapital } }),
  )
}

function registerInput(
  server: McpServer,
  codec: RequestStateCodec<FixtureState>,
): void {
  const askName = inputRequired.elicit({
    message: 'What is your name?',
    requestedSchema: nameSchema,
  })
  const askConfirm = inputRequired.elicit({
    message: 'Please confirm',
    requestedSchema: okSchema,
  })
  const askGreeting = inputRequired.createMessage({
    messages: [{ role: 'user', content: text('Generate a greeting') }],
    maxTokens: 50,
  })

  for (const name of [
    'test_input_required_result_elicitation',
    'test_streaming_elicitation',
  ])
    server.registerTool(
      name,
      { description: 'Asks for a name.' },
      (context) => {
        const given = acceptedContent(
          context.mcpReq.inputResponses,
          'user_name',
          nameSchema,
        )
        return given
          ? said(`Hello, ${given.name}!`)
          : inputRequired({ inputRequests: { user_name: askName } })
      },
    )
  server.registerTool(
    'test_input_required_result_sampling',
    { description: 'Asks the client to sample.' },
    (context) => {
      const given = inputResponse(
        context.mcpReq.inputResponses,
        'capital_question',
      )
      return given.kind === 'missing'
        ? inputRequired({ inputRequests: { capital_question: askCapital } })
        : said(JSON.stringify(given))
    },
  )
  server.registerTool(
    'test_input_required_result_list_roots',
    { description: 'Asks for the roots.' },
    (context) => {
      const given = inputResponse(context.mcpReq.inputResponses, 'client_roots')
      return given.kind === 'missing'
        ? inputRequired({
            inputRequests: { client_roots: inputRequired.listRoots() },
          })
        : said(JSON.stringify(given))
    },
  )
  for (const name of [
    'test_input_required_result_request_state',
    'test_input_required_result_tampered_state',
  ])
    server.registerTool(
      name,
      { description: 'Asks, and knows its own state again.' },
      async (context) => {
        const state = context.mcpReq.requestState<FixtureState>()
        const given = acceptedContent(
          context.mcpReq.inputResponses,
          'confirm',
          okSchema,
        )
        return state && given
          ? said('state-ok')
          : inputRequired({
              inputRequests: { confirm: askConfirm },
              requestState: await codec.mint({ round: 1 }, context),
            })
      },
    )
  server.registerTool(
    'test_input_required_result_multiple_inputs',
    { description: 'Asks three things at once.' },
    async (context) => {
      const keys = ['user_name', 'greeting', 'client_roots']
      const isComplete = keys.every(
        (key) =>
          inputResponse(context.mcpReq.inputResponses, key).kind !== 'missing',
      )
      return isComplete
        ? said('All three were given.')
        : inputRequired({
            inputRequests: {
              user_name: askName,
              greeting: askGreeting,
              client_roots: inputRequired.listRoots(),
            },
            requestState: await codec.mint({ round: 1 }, context),
          })
    },
  )
  server.registerTool(
    'test_input_required_result_multi_round',
    { description: 'Asks twice, one after the other.' },
    async (context) => {
      const { inputResponses } = context.mcpReq
      const round = context.mcpReq.requestState<FixtureState>()?.round
      if (round === 2 && acceptedContent(inputResponses, 'step2', colorSchema))
        return said('Both were given.')
      if (round === 1 && acceptedContent(inputResponses, 'step1', nameSchema))
        return inputRequired({
          inputRequests: {
            step2: inputRequired.elicit({
              message: 'Step 2: What is your favorite color?',
              requestedSchema: colorSchema,
            }),
          },
          requestState: await codec.mint({ round: 2 }, context),
        })
      return inputRequired({
        inputRequests: {
          step1: inputRequired.elicit({
            message: 'Step 1: What is your name?',
            requestedSchema: nameSchema,
          }),
        },
        requestState: await codec.mint({ round: 1 }, context),
      })
    },
  )
  server.registerTool(
    'test_input_required_result_capabilities',
    { description: 'Asks only for what the client can do.' },
    (context) => {
      const { sampling, elicitation } = capabilitiesOf(context)
      return inputRequired({
        inputRequests: {
          ...(sampling ? { capital_question: askCapital } : {}),
          ...(elicitation ? { user_name: askName } : {}),
        },
      })
    },
  )
}

function registerPrompts(server: McpServer): void {
  const image = { type: 'image', data: pixel, mimeType: 'image/png' } as const
  const user = { role: 'user' } as const
  server.registerPrompt(
    'test_simple_prompt',
    { description: 'Takes nothing.' },
    () => ({
      messages: [
        { ...user, content: text('This is a simple prompt for testing.') },
      ],
    }),
  )
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'Takes two arguments.',
      argsSchema: z.object({
        arg1: completable(z.string(), (start) =>
          ['paris', 'park', 'party'].filter((word) => word.startsWith(start)),
        ),
        arg2: z.string(),
      }),
    },
    ({ arg1, arg2 }) => ({
      messages: [
        {
          ...user,
          content: text(
            `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
          ),
        },
      ],
    }),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    {
      description: 'Embeds a resource.',
      argsSchema: z.object({ resourceUri: z.string() }),
    },
    ({ resourceUri }) => ({
      messages: [
        {
          ...user,
          content: {
            type: 'resource',
            resource: {
              uri: resourceUri,
              mimeType: 'text/plain',
              text: 'Embedded resource content for testing.',
            },
          },
        },
        {
          ...user,
          content: text('Please process the embedded resource above.'),
        },
      ],
    }),
  )
  server.registerPrompt(
    'test_prompt_with_image',
    { description: 'Shows an image.' },
    () => ({
      messages: [
        { ...user, content: image },
        { ...user, content: text('Please analyze the image above.') },
      ],
    }),
  )
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'Asks before it gives.' },
    (context) => {
      const given = acceptedContent(
        context.mcpReq.inputResponses,
        'user_context',
        contextSchema,
      )
      return given
        ? { messages: [{ ...user, content: text(given.context) }] }
        : inputRequired({
            inputRequests: {
              user_context: inputRequired.elicit({
                message: 'What context should the prompt use?',
                requestedSchema: contextSchema,
              }),
            },
          })
    },
  )
}

function registerResources(server: McpServer): void {
  const plain = { mimeType: 'text/plain' } as const
  server.registerResource(
    'static-text',
    'test://static-text',
    { description: 'A text.', ...plain },
    ({ href }) => ({
      contents: [
        {
          uri: href,
          ...plain,
          text: 'This is the content of the static text resource.',
        },
      ],
    }),
  )
  server.registerResource(
    'static-binary',
    'test://static-binary',
    { description: 'An image.', mimeType: 'image/png' },
    ({ href }) => ({
      contents: [{ uri: href, mimeType: 'image/png', blob: pixel }],
    }),
  )
  server.registerResource(
    'watched-resource',
    'test://watched-resource',
    { description: 'A text that may be watched.', ...plain },
    ({ href }) => ({ contents: [{ uri: href, ...plain, text: 'Watched.' }] }),
  )
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'A text by id.', mimeType: 'application/json' },
    ({ href }, { id }) => ({
      contents: [
        {
          uri: href,
          mimeType: 'application/json',
          text: JSON.stringify({
            id,
            templateTest: true,
            data: `Data for ID: ${id}`,
          }),
        },
      ],
    }),
  )
}

const capabilitiesSchema = z
  .object({ sampling: z.unknown(), elicitation: z.unknown() })
  .partial()

function capabilitiesOf(
  context: ServerContext,
): z.infer<typeof capabilitiesSchema> {
  return capabilitiesSchema.parse(
    envelopeOf(context)?.[CLIENT_CAPABILITIES_META_KEY] ?? {},
  )
}

/** What the stateless revision tells with each request; none in older ones. */
function envelopeOf(
  context: ServerContext,
): Record<string, unknown> | undefined {
  return context.mcpReq.envelope as Record<string, unknown> | undefined
}

function text(value: string): { type: 'text'; text: string } {
  return { type: 'text', text: value }
}

function said(value: string): CallToolResult {
  return { content: [text(value)] }
}

const wait = (): Promise<void> =>
  new Promise((done) => {
    setTimeout(done, stepMs)
  })
