import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleText } from '../../broker-bridge/protocol/index.ts'
import type { PageModel } from '../session/model.ts'
import './actionLog.ts'
import './blindSpotsDialog.ts'
import './dialog.ts'
import './keyList.ts'
import type { OpenDialog } from './pageActions.ts'

/** The dialogs that only show something. */
export function plainDialog(
  dialog: OpenDialog | null,
  { session, connections, host }: PageModel,
): TemplateResult | typeof nothing {
  switch (dialog?.kind) {
    case 'keys':
      return html`<warren-keys></warren-keys>`
    case 'actions':
      return html`<warren-action-log .session=${session}></warren-action-log>`
    case 'told':
      return html`<warren-dialog .heading=${dialog.heading} reading><p>${visibleText(dialog.text, 4_000)}</p></warren-dialog>`
    case 'blindSpots':
      return html`<warren-blind-spots .connections=${connections} ?inVsCode=${host.kind === 'vscode'}></warren-blind-spots>`
    case 'enqueue':
    case 'export':
    case 'payloads':
    case 'recording':
    case 'retry':
    case 'retryMany':
    case undefined:
      return nothing
  }
}
