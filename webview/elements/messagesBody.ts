import { css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleText } from '../../broker-bridge/protocol/index.ts'
import type { WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { sizeText } from '../feed/messages.ts'
import { icon } from '../look/icons.ts'
import { hexLines } from '../text/hexLines.ts'
import { prettyJson } from '../text/prettyJson.ts'

export const messageBodyStyles = css`
  .raw {
    margin: 0;
    padding: 6px 10px;
    max-height: 26em;
    overflow: auto;
    border: 1px solid var(--w-line);
    border-radius: 4px;
    background: var(--w-code);
    color: var(--w-strong);
    white-space: pre;
    unicode-bidi: plaintext;
  }
  .inert {
    display: flex;
    align-items: baseline;
    gap: 8px;
    margin: 0 0 6px;
  }
  .inert .icon {
    align-self: flex-start;
    margin-top: 2px;
    color: var(--w-again);
  }
  details {
    margin-top: 18px;
  }
  summary {
    color: var(--w-muted);
    cursor: pointer;
  }
  .cut {
    margin: 6px 0 0;
    color: var(--w-muted);
  }
`

/** The body in the form it has: JSON as a tree, other text as it is, a pickle as what its instructions say, bytes in hex. */
export function messageBody(message: WaitingMessage, loadWhole: () => void): TemplateResult {
  return html`${shownBody(message)}
  ${
    message.cut
      ? html`<p class="cut">
          Only the beginning of ${sizeText(message.bytes)} is shown.
          <button class="link" @click=${loadWhole}>Show the Whole Body</button>
        </p>`
      : nothing
  }`
}

function shownBody({ kind, body, cut, bytes, serializer, args }: WaitingMessage): TemplateResult {
  switch (kind) {
    case 'empty':
      return html`<h3>Body</h3>
        <p class="cut">The body is empty.</p>`
    case 'pickle':
      return pickled(body)
    case 'binary':
      return html`<h3>Body</h3>
        <p class="cut">${sizeText(bytes)} that are no text. Their beginning:</p>
        <pre class="raw mono" tabindex="0">${hexLines(body).join('\n')}</pre>`
    case 'celery':
    case 'dramatiq':
    case 'taskiq':
      // A task may be pickled, too.
      return serializer === 'pickle' ? pickled(body) : taskBody(body, cut, args !== null)
    case 'json':
    case 'msgpack':
    case 'yaml':
    case 'text':
      return readable(body, cut)
  }
}

/** What was read from it stands above already. */
function taskBody(body: string, cut: boolean, wasRead: boolean): TemplateResult {
  if (!wasRead) return readable(body, cut)
  return html`<details>
    <summary>Body, as it was sent</summary>
    ${readable(body, cut)}
  </details>`
}

function readable(body: string, cut: boolean): TemplateResult {
  return html`<warren-value heading="Body" .text=${cut ? body : (prettyJson(body) ?? body)}></warren-value>`
}

function pickled(listing: string): TemplateResult {
  return html`<h3>Body</h3>
    <p class="inert">
      ${icon('warning', 'small')}
      <span>This is a pickle. Reading one can run any code, so it was not executed: this lists what its instructions say.</span>
    </p>
    <pre class="raw mono" tabindex="0">${visibleText(listing, 400_000)}</pre>`
}
