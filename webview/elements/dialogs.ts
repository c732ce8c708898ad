import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import type { Confirmation } from '../../broker-bridge/protocol/index.ts'
import { isFiltered } from '../feed/viewState.ts'
import type { PageModel } from '../session/model.ts'
import './confirmDialog.ts'
import './enqueueDialog.ts'
import './exportDialog.ts'
import type { Ask } from './feedTab.ts'
import type { OpenDialog } from './pageActions.ts'
import { plainDialog } from './plainDialogs.ts'
import { renderPayloads } from './payloads.ts'
import { renderRecording } from './recording.ts'
import './retryDialog.ts'
import { renderRetryMany } from './retryManyActions.ts'

/** A question that waits for its answer. */
export interface Confirming {
  readonly confirmation: Confirmation
  readonly answer: (yes: boolean) => void
}

interface Dialogs {
  readonly dialog: OpenDialog | null
  readonly confirming: Confirming | null
  readonly ask: Ask
}

/** The dialog that is open, and a question above it. */
export function renderDialogs(model: PageModel, { dialog, confirming, ask }: Dialogs): TemplateResult {
  return html`
    ${plainDialog(dialog, model)}
    ${
      dialog?.kind === 'export'
        ? html`<warren-export
            .session=${model.session}
            .filter=${model.filter}
            ?filtered=${isFiltered(model.view)}
            .source=${model.view.source === 'history' ? 'history' : 'memory'}
            .matched=${model.snapshot?.counting === true ? null : (model.snapshot?.matched ?? null)}
          ></warren-export>`
        : nothing
    }
    ${dialog?.kind === 'recording' ? renderRecording(model, dialog.connection, ask) : nothing}
    ${dialog?.kind === 'payloads' ? renderPayloads(model, dialog.connection, ask) : nothing}
    ${dialog?.kind === 'retry' ? html`<warren-retry .session=${model.session} .task=${dialog.task} .ask=${ask}></warren-retry>` : nothing}
    ${dialog?.kind === 'retryMany' ? renderRetryMany(model, dialog, ask) : nothing}
    ${
      dialog?.kind === 'enqueue'
        ? html`<warren-enqueue
            .session=${model.session}
            .connections=${model.connections}
            .connection=${dialog.connection}
            .ask=${ask}
          ></warren-enqueue>`
        : nothing
    }
    ${
      confirming
        ? html`<warren-confirm
            .confirmation=${confirming.confirmation}
            @warren-answer=${(event: CustomEvent<boolean>) => confirming.answer(event.detail)}
          ></warren-confirm>`
        : nothing
    }
  `
}
