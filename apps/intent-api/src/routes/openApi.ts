import {
  addressSchema,
  approverSigningSchema,
  artifactSchema,
  holderReportSchema,
  holderTransactionSchema,
  intentEventSchema,
  intentRecordSchema,
  mandateSigningSchema,
  parseResultSchema,
  previewSchema,
  problemSchema,
  receiptSchema,
} from '@behest/spec'
import * as z from 'zod'
import {
  describeOpenAiRoutes,
  openAiComponents,
} from '../faces/openai/describeRoutes.js'
import {
  chatSchema,
  linkChatBodySchema,
  shownBodySchema,
} from './chatRoutes.js'
import { describeStanding, standingComponents } from './describeStanding.js'
import { holderTransactionsSchema } from './holderRoutes.js'
import {
  answersBodySchema,
  approvalBodySchema,
  createIntentBodySchema,
  listQuerySchema,
  parseBodySchema,
} from './schemas.js'

type Json = Record<string, unknown>

const accountSchema = z.object({
  address: addressSchema,
  balances: z.array(
    z.object({
      symbol: z.string(),
      token: z.string(),
      units: z.string(),
      decimal: z.string(),
    }),
  ),
})

const components: Readonly<Record<string, z.ZodType>> = {
  ParseResult: parseResultSchema,
  ParseBody: parseBodySchema,
  CreateIntentBody: createIntentBodySchema,
  AnswersBody: answersBodySchema,
  ApprovalBody: approvalBodySchema,
  IntentRecord: intentRecordSchema,
  IntentList: z.object({
    intents: z.array(intentRecordSchema),
    nextCursor: z.string().optional(),
  }),
  IntentEvent: intentEventSchema,
  HolderReport: holderReportSchema,
  HolderTransaction: holderTransactionSchema,
  HolderTransactions: holderTransactionsSchema,
  Receipt: receiptSchema,
  ...openAiComponents,
  ...standingComponents,
  Problem: problemSchema,
  Chat: chatSchema,
  ChatList: z.object({ chats: z.array(chatSchema) }),
  LinkChatBody: linkChatBodySchema,
  ShownBody: shownBodySchema,
  PaymentStatus: z.object({
    isPaying: z.boolean(),
    token: z.object({ address: addressSchema, symbol: z.string() }).optional(),
    payer: addressSchema.optional(),
    balance: z.string().optional(),
    perIntent: z.string(),
    perDay: z.string(),
    perAccountPerDay: z.string().optional(),
    spentToday: z.string(),
  }),
  Account: accountSchema,
  MandateSigning: mandateSigningSchema,
  ApproverSigning: approverSigningSchema,
  Accounts: z.object({
    chain: z.string(),
    chainId: z.int(),
    accounts: z.array(accountSchema),
    secondPerson: z
      .object({
        approvers: z.array(addressSchema),
        accounts: z.array(addressSchema),
      })
      .optional(),
  }),
}

/** The JSON Schema of an intent, of what parsing returns, and of every artifact. */
export function buildIntentSchema(): Json {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...toJsonSchema(parseResultSchema),
    $defs: {
      ...(toJsonSchema(parseResultSchema).$defs as Json | undefined),
      Preview: toJsonSchema(previewSchema),
      Artifact: toJsonSchema(artifactSchema),
    },
  }
}

/**
 * Builds the OpenAPI 3.1 document from the schemas that the routes read with.
 *
 * @param options.serverUrl - Where this API is served.
 */
export function buildOpenApi(options: { readonly serverUrl: string }): Json {
  const problems = {
    '400': problem('The request does not fit'),
    '404': problem('There is no such thing'),
    '409': problem('It is in another state than that'),
    '413': problem('The body is too large'),
    '415': problem('The body is not JSON'),
    '422': problem('It was understood and cannot be done'),
    '429': problem('Too many requests'),
    '503': problem('Not ready'),
  }
  const id = {
    name: 'id',
    in: 'path',
    required: true,
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' },
    example: '0193f2a0-7b7e-7c3a-9f64-0d5d2c1b7a11',
  }
  const chatId = {
    name: 'id',
    in: 'path',
    required: true,
    schema: { type: 'string', pattern: '^[a-z]{1,20}:-?[0-9]{1,20}$' },
    example: 'telegram:123456',
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Behest intent API',
      version: '0.1.0',
      description:
        'Say what you want; see what will change; approve exactly that; get a receipt.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: options.serverUrl }],
    paths: {
      ...describeOpenAiRoutes(),
      ...describeStanding({ id, problems, body, ok, queryParameters }),
      '/v1/parse': {
        post: {
          operationId: 'parse',
          summary: 'Read a sentence',
          requestBody: body('ParseBody'),
          responses: { '200': ok('ParseResult'), ...problems },
        },
      },
      '/v1/intents': {
        post: {
          operationId: 'createIntent',
          summary: 'Say what you want',
          parameters: [
            {
              name: 'Idempotency-Key',
              in: 'header',
              required: false,
              schema: { type: 'string', maxLength: 255 },
            },
          ],
          requestBody: body('CreateIntentBody'),
          responses: { '201': ok('IntentRecord'), ...problems },
        },
        get: {
          operationId: 'listIntents',
          summary: 'All intents, newest first',
          parameters: queryParameters(listQuerySchema),
          responses: { '200': ok('IntentList'), ...problems },
        },
      },
      '/v1/intents/{id}': {
        parameters: [id],
        get: {
          operationId: 'getIntent',
          summary: 'One intent with every artifact',
          responses: { '200': ok('IntentRecord'), ...problems },
        },
      },
      '/v1/intents/{id}/events': {
        parameters: [id],
        get: {
          operationId: 'followIntent',
          summary: 'Server-sent events, resumable by Last-Event-ID',
          responses: {
            '200': {
              description: 'One IntentEvent per message',
              content: { 'text/event-stream': { schema: { type: 'string' } } },
            },
            ...problems,
          },
        },
      },
      '/v1/intents/{id}/answers': {
        parameters: [id],
        post: {
          operationId: 'answerIntent',
          summary: 'Reply to questions, or amend the plan shown',
          requestBody: body('AnswersBody'),
          responses: { '200': ok('IntentRecord'), ...problems },
        },
      },
      '/v1/intents/{id}/approval': {
        parameters: [id],
        post: {
          operationId: 'approveIntent',
          summary: 'Say yes or no to exactly the plan shown',
          requestBody: body('ApprovalBody'),
          responses: {
            '200': ok('IntentRecord'),
            '403': problem("A second person's signature is missing"),
            ...problems,
          },
        },
        get: {
          operationId: 'getApproval',
          summary:
            'What a second person signs to approve exactly what is shown, and who may',
          responses: { '200': ok('ApproverSigning'), ...problems },
        },
      },
      '/v1/intents/{id}/cancel': {
        parameters: [id],
        post: {
          operationId: 'cancelIntent',
          summary: 'End an intent that was not approved',
          responses: { '200': ok('IntentRecord'), ...problems },
        },
      },
      '/v1/intents/{id}/mandates': {
        parameters: [id],
        get: {
          operationId: 'getMandates',
          summary:
            'What the holder signs for the plan that waits, where this server does not sign for the account',
          responses: { '200': ok('MandateSigning'), ...problems },
        },
      },
      '/v1/intents/{id}/transactions': {
        parameters: [id],
        get: {
          operationId: 'listHolderTransactions',
          summary:
            "What the account's own wallet has sent and has yet to send for an approved plan",
          responses: { '200': ok('HolderTransactions'), ...problems },
        },
        post: {
          operationId: 'reportHolderTransaction',
          summary:
            'Says that a wallet is about to be asked, once, or what it answered',
          requestBody: body('HolderReport'),
          responses: { '200': ok('HolderTransaction'), ...problems },
        },
      },
      '/v1/intents/{id}/receipt': {
        parameters: [id],
        get: {
          operationId: 'getReceipt',
          summary: 'Promised against realised, signed',
          responses: { '200': ok('Receipt'), ...problems },
        },
      },
      '/v1/payments': {
        get: {
          operationId: 'getPayments',
          summary:
            'What agents may be paid for quotes, and what they were today',
          responses: { '200': ok('PaymentStatus'), ...problems },
        },
      },
      '/v1/accounts/{address}': {
        parameters: [
          {
            name: 'address',
            in: 'path',
            required: true,
            schema: { type: 'string', pattern: '^0x[0-9a-fA-F]{40}$' },
          },
        ],
        get: {
          operationId: 'getAccount',
          summary: 'What an account holds',
          responses: { '200': ok('Account'), ...problems },
        },
      },
      '/v1/accounts': {
        get: {
          operationId: 'listAccounts',
          summary: 'The accounts that this server signs for',
          responses: { '200': ok('Accounts'), ...problems },
        },
      },
      '/v1/chats': {
        get: {
          operationId: 'listChats',
          summary: 'Chats of a platform that speak for an account',
          parameters: [
            {
              name: 'platform',
              in: 'query',
              required: true,
              schema: { type: 'string', pattern: '^[a-z]{1,20}$' },
              example: 'telegram',
            },
          ],
          responses: { '200': ok('ChatList'), ...problems },
        },
        post: {
          operationId: 'linkChat',
          summary: 'Let a chat speak for the account that signed so',
          requestBody: body('LinkChatBody'),
          responses: {
            '201': ok('Chat'),
            '403': problem('The signature does not link this chat'),
            ...problems,
          },
        },
      },
      '/v1/chats/{id}': {
        parameters: [chatId],
        get: {
          operationId: 'getChat',
          summary: 'Whom a chat speaks for',
          responses: { '200': ok('Chat'), ...problems },
        },
        delete: {
          operationId: 'unlinkChat',
          summary: 'Let a chat speak for nobody any more',
          responses: { '200': ok('Chat'), ...problems },
        },
      },
      '/v1/chats/{id}/shown': {
        parameters: [chatId],
        put: {
          operationId: 'markChatShown',
          summary: 'Remember up to when a chat was shown how intents ended',
          requestBody: body('ShownBody'),
          responses: { '200': ok('Chat'), ...problems },
        },
      },
    },
    components: {
      schemas: Object.fromEntries(
        Object.entries(components).map(([name, schema]) => [
          name,
          rebase(toJsonSchema(schema), `#/components/schemas/${name}`),
        ]),
      ),
    },
  }
}

function toJsonSchema(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  }) as Json
  return json
}

/** References inside a component point into that component. */
function rebase(value: unknown, base: string): unknown {
  if (Array.isArray(value)) return value.map((item) => rebase(item, base))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === '$ref' && typeof item === 'string'
        ? item.replace(/^#/, base)
        : rebase(item, base),
    ]),
  )
}

function queryParameters(schema: z.ZodType): Json[] {
  const json = toJsonSchema(schema)
  return Object.entries((json.properties ?? {}) as Record<string, Json>).map(
    ([name, property]) => ({
      name,
      in: 'query',
      required: false,
      schema: property,
    }),
  )
}

function body(name: string): Json {
  return {
    required: true,
    content: {
      'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
    },
  }
}

function ok(name: string): Json {
  return {
    description: name,
    content: {
      'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
    },
  }
}

function problem(description: string): Json {
  return {
    description,
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
      },
    },
  }
}
