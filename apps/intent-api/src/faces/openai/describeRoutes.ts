import * as z from 'zod'
import { chatBodySchema, responsesBodySchema } from './schemas.js'

type Json = Record<string, unknown>

/** Schemas of the OpenAI-compatible routes, by their names in OpenAPI. */
export const openAiComponents: Readonly<Record<string, z.ZodType>> = {
  ChatCompletionBody: chatBodySchema,
  ChatCompletion: z.looseObject({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.int(),
    model: z.string(),
    choices: z.array(z.looseObject({ index: z.int() })),
  }),
  ResponseBody: responsesBodySchema,
  Response: z.looseObject({
    id: z.string(),
    object: z.literal('response'),
    status: z.string(),
    output: z.array(z.looseObject({ id: z.string(), type: z.string() })),
  }),
  Model: z.looseObject({
    id: z.string(),
    object: z.literal('model'),
    created: z.int(),
    owned_by: z.string(),
  }),
  ModelList: z.object({
    object: z.literal('list'),
    data: z.array(z.looseObject({ id: z.string() })),
  }),
  OpenAiError: z.object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  }),
}

/** Describes the OpenAI-compatible routes for OpenAPI. */
export function describeOpenAiRoutes(): Json {
  const refuses = Object.fromEntries(
    ['400', '404', '413', '415', '429', '503'].map((status) => [
      status,
      toContent('OpenAiError', 'Refused, as clients of the OpenAI API read it'),
    ]),
  )
  const answers = (name: string, stream = false): Json => ({
    ...toContent(name, name),
    ...(stream
      ? {
          content: {
            ...(toContent(name, name).content as Json),
            'text/event-stream': { schema: { type: 'string' } },
          },
        }
      : {}),
  })
  return {
    '/v1/chat/completions': {
      post: {
        operationId: 'createChatCompletion',
        summary: 'Say it, and approve it, from any chat client',
        requestBody: { required: true, ...toContent('ChatCompletionBody', '') },
        responses: { '200': answers('ChatCompletion', true), ...refuses },
      },
    },
    '/v1/responses': {
      post: {
        operationId: 'createResponse',
        summary: 'The same, for clients of the Responses API',
        requestBody: { required: true, ...toContent('ResponseBody', '') },
        responses: { '200': answers('Response', true), ...refuses },
      },
    },
    '/v1/models': {
      get: {
        operationId: 'listModels',
        summary: 'The one model that there is',
        responses: { '200': answers('ModelList'), ...refuses },
      },
    },
    '/v1/models/{model}': {
      parameters: [
        {
          name: 'model',
          in: 'path',
          required: true,
          schema: { type: 'string' },
          example: 'behest',
        },
      ],
      get: {
        operationId: 'getModel',
        summary: 'One model',
        responses: { '200': answers('Model'), ...refuses },
      },
    },
  }
}

function toContent(name: string, description: string): Json {
  return {
    ...(description === '' ? {} : { description }),
    content: {
      'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
    },
  }
}
