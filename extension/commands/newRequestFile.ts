import * as vscode from 'vscode'
import type { Execute } from '../warren.ts'

const begin = `// Requests for Warren. Save this as something.warren.jsonc: each gets “Enqueue” above it.
{
  "variables": { "order": "order-\${counter}" },
  "requests": [
    {
      "title": "One task",
      "task": "shop.tasks.charge",
      "args": ["\${order}", 42],
      "kwargs": { "request_id": "\${uuid}" },
    },
    {
      "title": "A chain",
      "chain": [{ "task": "shop.tasks.load", "args": ["\${order}"] }, { "task": "shop.tasks.charge", "args": [42] }],
    },
  ],
}
`

/** Begins a file of requests; nothing is written to disk before it is saved. */
export const newRequestFile: Execute = async () => {
  const document = await vscode.workspace.openTextDocument({ language: 'jsonc', content: begin })
  await vscode.window.showTextDocument(document, { preview: false })
}
