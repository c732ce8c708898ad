// Loaded before every test file. A test that failed may have left a connection open, for which its process would wait as long as
// that lasts; `--test-force-exit` is no help, for it loses results that were not written yet.
import { after } from 'node:test'

const patience = 5_000

after(() => {
  setTimeout(() => {
    process.stderr.write(`A test left something open; its process is ended after ${patience / 1000} s.\n`)
    process.exit()
  }, patience).unref()
})
