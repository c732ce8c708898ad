import * as vscode from 'vscode'
import { countText, messageText } from '../shownText.ts'
import type { Execute } from '../warren.ts'
import { chooseConnection } from './chooseConnection.ts'
import { perform } from './perform.ts'

/** Asks the workers of a connection to send task events, now and after each of their restarts. */
export const turnOnEvents: Execute = async (warren, argument) => {
  const connection = await chooseConnection(warren, argument, 'Turn On Task Events')
  if (connection === undefined) return
  const answers = await perform(warren, 'enableEvents', { connection })
  if (!answers) return
  const on = answers.answers.filter(({ ok }) => ok).length
  const silent = answers.silent.length === 0 ? '' : ` ${countText(answers.silent.length, 'worker')} did not answer.`
  const refused = answers.answers.filter(({ ok }) => !ok).map(({ worker, text }) => ` ${worker}: ${text}`)
  void vscode.window.showInformationMessage(
    messageText(`${countText(on, 'worker')} will send task events.${silent}${refused.join('')}`),
  )
}
