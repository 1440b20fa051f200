import {
  allowanceLedgerSchema,
  intentRecordSchema,
  orderEventSchema,
  orderRecordSchema,
  policyRecordSchema,
  stoppedSchema,
} from '@behest/spec'
import * as z from 'zod'
import {
  allowancesQuerySchema,
  revokeBodySchema,
} from '../allowances/allowanceRoutes.js'
import { orderListQuerySchema } from '../orders/orderRoutes.js'
import { killBodySchema, policyBodySchema } from '../policies/policyRoutes.js'

type Json = Record<string, unknown>

/** The shapes of what stands: orders, policies and allowances. */
export const standingComponents: Readonly<Record<string, z.ZodType>> = {
  AllowanceLedger: allowanceLedgerSchema,
  RevokeBody: revokeBodySchema,
  RevokeIntents: z.object({ intents: z.array(intentRecordSchema) }),
  PolicyRecord: policyRecordSchema,
  PolicyBody: policyBodySchema,
  KillBody: killBodySchema,
  Stopped: z.union([policyRecordSchema, stoppedSchema]),
  OrderRecord: orderRecordSchema,
  OrderEvent: orderEventSchema,
  OrderList: z.object({
    orders: z.array(orderRecordSchema),
    nextCursor: z.string().optional(),
  }),
}

/** The routes of what stands, as OpenAPI has them. */
export function describeStanding(parts: {
  readonly id: Json
  readonly problems: Json
  readonly body: (name: string) => Json
  readonly ok: (name: string) => Json
  readonly queryParameters: (schema: z.ZodType) => Json[]
}): Json {
  const { id, problems, body, ok, queryParameters } = parts
  const account = {
    name: 'account',
    in: 'path',
    required: true,
    schema: { type: 'string', pattern: '^0x[0-9a-fA-F]{40}$' },
  }
  return {
    '/v1/allowances': {
      get: {
        operationId: 'listAllowances',
        summary: 'Everything that an account ever allowed, and what is open',
        parameters: queryParameters(allowancesQuerySchema),
        responses: { '200': ok('AllowanceLedger'), ...problems },
      },
    },
    '/v1/allowances/revoke': {
      post: {
        operationId: 'revokeAllowances',
        summary: 'Start an intent for each open allowance that takes it back',
        requestBody: body('RevokeBody'),
        responses: { '201': ok('RevokeIntents'), ...problems },
      },
    },
    '/v1/policies': {
      post: {
        operationId: 'setPolicy',
        summary: 'Let a policy hold that the account has signed',
        requestBody: body('PolicyBody'),
        responses: { '201': ok('PolicyRecord'), ...problems },
      },
    },
    '/v1/policies/{account}': {
      parameters: [account],
      get: {
        operationId: 'getPolicy',
        summary: 'The policy of an account and what was spent today',
        responses: { '200': ok('PolicyRecord'), ...problems },
      },
    },
    '/v1/policies/{account}/kill': {
      parameters: [account],
      post: {
        operationId: 'killAccount',
        summary: 'Stop everything of an account until it signs a newer policy',
        requestBody: body('KillBody'),
        responses: { '200': ok('Stopped'), ...problems },
      },
    },
    '/v1/orders': {
      get: {
        operationId: 'listOrders',
        summary: 'Standing orders, newest first',
        parameters: queryParameters(orderListQuerySchema),
        responses: { '200': ok('OrderList'), ...problems },
      },
    },
    '/v1/orders/{id}': {
      parameters: [id],
      get: {
        operationId: 'getOrder',
        summary: 'One standing order with its runs',
        responses: { '200': ok('OrderRecord'), ...problems },
      },
    },
    '/v1/orders/{id}/events': {
      parameters: [id],
      get: {
        operationId: 'followOrder',
        summary: 'Server-sent events, resumable by Last-Event-ID',
        responses: {
          '200': {
            description: 'One OrderEvent per message',
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          },
          ...problems,
        },
      },
    },
    '/v1/orders/{id}/cancel': {
      parameters: [id],
      post: {
        operationId: 'cancelOrder',
        summary: 'End a standing order at once; asking again changes nothing',
        responses: { '200': ok('OrderRecord'), ...problems },
      },
    },
  }
}
