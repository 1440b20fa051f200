import { A2A_CONTENT_TYPE } from '@a2a-js/sdk'
import { RequestMalformedError, toRestErrorBody } from '@a2a-js/sdk/errors'
import { JsonRpcTransportHandler } from '@a2a-js/sdk/server'
import {
  type BrokenRequest,
  type BrokenRequestAnswer,
  renderAsProblem,
} from '@behest/sdk'

/** Puts a request that never became whole into the words of the face it meant. */
export function renderBrokenRequest(
  request: BrokenRequest,
): BrokenRequestAnswer {
  const { status, detail, path } = request
  if (path === '/mcp')
    return {
      contentType: 'application/json',
      body: {
        jsonrpc: '2.0',
        id: null,
        error: { code: -32_600, message: detail },
      },
    }
  if (path !== undefined && /^\/a2a\/?$/.test(path))
    return {
      contentType: 'application/json',
      body: {
        jsonrpc: '2.0',
        id: null,
        error: JsonRpcTransportHandler.mapToJSONRPCError(
          new RequestMalformedError(detail),
        ),
      },
    }
  if (path?.startsWith('/a2a/'))
    return {
      contentType: A2A_CONTENT_TYPE,
      body: toRestErrorBody(new RequestMalformedError(detail), status),
    }
  if (path && /^\/v1\/(?:chat\/completions|responses|models)\b/.test(path))
    return {
      contentType: 'application/json',
      body: {
        error: {
          message: detail,
          type: 'invalid_request_error',
          param: null,
          code: 'request_malformed',
        },
      },
    }
  return renderAsProblem(request)
}
