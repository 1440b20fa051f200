import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
} from '@asteasolutions/zod-to-openapi'
import { problemSchema } from '@behest/spec'
import * as z from 'zod'
import type { Route } from './Route.js'

type JsonSchema = Record<string, unknown>

/**
 * Builds the OpenAPI 3.1 description from the routes themselves, so that none
 * can be served that is not described.
 */
export function buildOpenApi(routes: readonly Route[]): unknown {
  const registry = new OpenAPIRegistry()
  const components = new Map<string, JsonSchema>()
  const problem = toComponent('Problem', problemSchema, components)
  for (const route of routes) {
    const answers: Record<string, unknown> = {}
    for (const [status, { says, schema }] of Object.entries(route.answers))
      answers[status] = {
        description: says,
        content: {
          'application/json': {
            schema: toComponent(`${route.name}${status}`, schema, components),
          },
        },
      }
    for (const status of [...route.problems, 400, 429, 500, 503])
      answers[status] = {
        description: 'A problem as RFC 9457 has it.',
        content: { 'application/problem+json': { schema: problem } },
      }
    registry.registerPath({
      method: route.method,
      path: route.path,
      operationId: route.name,
      summary: route.summary,
      tags: [route.path.split('/')[2] ?? 'operations'],
      ...(route.access === 'operator'
        ? { security: [{ operator: [] }] }
        : { security: [] }),
      request: {
        ...(route.parameters === undefined ? {} : { params: route.parameters }),
        ...(Object.keys(route.query.shape).length === 0
          ? {}
          : { query: route.query }),
        ...(route.body === undefined
          ? {}
          : {
              body: {
                required: true,
                content: {
                  [route.bodyKind === 'lines'
                    ? 'application/x-ndjson'
                    : 'application/json']: {
                    schema: toComponent(
                      `${route.name}Body`,
                      route.body,
                      components,
                    ),
                  },
                },
              },
            }),
      },
      // The library's types know its own schemas only; these are plain JSON Schema.
      responses: answers as Parameters<
        typeof registry.registerPath
      >[0]['responses'],
    })
  }
  const document = new OpenApiGeneratorV31(
    registry.definitions,
  ).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Behest Registry API',
      version: '1.0.0',
      description:
        'Publish agents, find them, and see how they keep their promises. Errors are application/problem+json.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://127.0.0.1:4100' }],
  })
  return {
    ...document,
    components: {
      ...document.components,
      schemas: Object.fromEntries(components),
      securitySchemes: { operator: { type: 'http', scheme: 'bearer' } },
    },
  }
}

// Recursive schemas come with definitions of their own, which must move to the
// components: a reference in a document starts at the document's root.
function toComponent(
  name: string,
  schema: z.ZodType,
  components: Map<string, JsonSchema>,
): JsonSchema {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema
  const { $schema: _, $defs, ...own } = json
  const text = JSON.stringify(own)
  for (const [key, value] of Object.entries(
    ($defs as Record<string, JsonSchema> | undefined) ?? {},
  ))
    components.set(
      `${name}_${key}`,
      JSON.parse(rewriteReferences(JSON.stringify(value), name)) as JsonSchema,
    )
  components.set(name, JSON.parse(rewriteReferences(text, name)) as JsonSchema)
  return { $ref: `#/components/schemas/${name}` }
}

function rewriteReferences(json: string, name: string): string {
  return json.replaceAll('"#/$defs/', `"#/components/schemas/${name}_`)
}
