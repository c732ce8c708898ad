import * as vscode from 'vscode'
import { keptEnqueueText, withoutEnqueue, withRenamedEnqueue, withSavedEnqueue } from '../../broker-bridge/protocol/index.ts'
import type { KeptEnqueue, RegisteredTask, SavedEnqueue } from '../../broker-bridge/protocol/index.ts'
import { signatureText } from '../pythonTasks/signature.ts'
import { definitionOf } from '../pythonTasks/taskDefinitions.ts'
import type { TaskDefinition } from '../pythonTasks/taskDefinitions.ts'
import type { EnqueueMemory } from '../requests/enqueueMemory.ts'
import { countText, pickText } from '../shownText.ts'
import type { Warren } from '../warren.ts'

/** A task to send, and what it was sent with before, where it was. */
export interface ChosenEnqueue {
  readonly name: string
  readonly kept?: KeptEnqueue
}

interface Item extends vscode.QuickPickItem {
  readonly chosen?: ChosenEnqueue
}

type Answer =
  { readonly chosen: ChosenEnqueue } | { readonly pressed: vscode.QuickInputButton; readonly kept: KeptEnqueue | SavedEnqueue }

const save: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('bookmark'), tooltip: 'Save with a Name…' }
const rename: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('edit'), tooltip: 'Rename…' }
const remove: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Remove from List' }

/** Picks among what was sent last or has a name, and the tasks that workers registered; what is typed can be sent too. */
export async function chooseEnqueue(
  warren: Warren,
  connection: string,
  title: string,
  definitions: Promise<readonly TaskDefinition[]>,
): Promise<ChosenEnqueue | undefined> {
  const { client } = await warren.bridge.session()
  const listed = Promise.all([client.request('listRegisteredTasks', { connection }), definitions])
    .then(([{ tasks }, defined]) => registeredItems(tasks, defined))
    .catch((error: unknown) => {
      warren.log.warn(String(error))
      return []
    })
  for (;;) {
    const answer = await ask(title, keptItems(warren.enqueues), listed)
    if (answer === undefined || 'chosen' in answer) return answer?.chosen
    await press(warren.enqueues, title, answer.pressed, answer.kept)
  }
}

function ask(title: string, kept: readonly Item[], listed: Promise<readonly Item[]>): Promise<Answer | undefined> {
  const pick = vscode.window.createQuickPick<Item>()
  pick.title = title
  pick.placeholder = 'Pick a task or type its name'
  pick.matchOnDescription = true
  pick.busy = true
  let known: readonly Item[] = kept
  const offer = (): void => {
    const typed = pick.value.trim()
    const own = typed === '' || known.some(({ chosen }) => chosen?.name === typed) ? [] : [typedItem(typed)]
    pick.items = [...known, ...own]
  }
  pick.onDidChangeValue(offer)
  offer()
  pick.show()
  void listed.then((items) => {
    known = [...kept, ...(kept.length > 0 && items.length > 0 ? [heading('tasks')] : []), ...items]
    pick.busy = false
    offer()
  })
  return answered(pick)
}

function answered(pick: vscode.QuickPick<Item>): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const done = (answer: Answer | undefined): void => {
      resolve(answer)
      pick.hide()
    }
    pick.onDidAccept(() => {
      const chosen = pick.selectedItems[0]?.chosen
      done(chosen && { chosen })
    })
    pick.onDidTriggerItemButton(({ button, item }) => {
      if (item.chosen?.kept) done({ pressed: button, kept: item.chosen.kept })
    })
    pick.onDidHide(() => {
      resolve(undefined)
      pick.dispose()
    })
  })
}

async function press(
  memory: EnqueueMemory,
  title: string,
  pressed: vscode.QuickInputButton,
  kept: KeptEnqueue | SavedEnqueue,
): Promise<void> {
  if (pressed === remove) return memory.change((all) => withoutEnqueue(all, kept))
  const value = 'label' in kept ? kept.label : kept.name
  const label = (
    await vscode.window.showInputBox({
      title,
      prompt: 'A name for this task with its arguments and queue',
      value,
      validateInput: (text) => (text.trim() === '' || text.length > 100 ? 'A name has 1 to 100 characters.' : undefined),
    })
  )?.trim()
  if (label === undefined) return
  await memory.change((all) => ('label' in kept ? withRenamedEnqueue(all, kept, label) : withSavedEnqueue(all, kept, label)))
}

function keptItems({ kept: { recent, saved } }: EnqueueMemory): Item[] {
  return [
    ...(recent.length > 0 ? [heading('sent last')] : []),
    ...recent.map((kept) => keptItem(kept, kept.name, '$(history)', [save, remove])),
    ...(saved.length > 0 ? [heading('saved')] : []),
    ...saved.map((kept) => keptItem(kept, kept.label, '$(bookmark)', [rename, remove])),
  ]
}

function keptItem(kept: KeptEnqueue | SavedEnqueue, label: string, icon: string, buttons: vscode.QuickInputButton[]): Item {
  const description = pickText('label' in kept ? `${kept.name} ${keptEnqueueText(kept)}` : keptEnqueueText(kept), 200)
  return { label: `${icon} ${pickText(label)}`, description, buttons, chosen: { name: kept.name, kept } }
}

function heading(label: string): Item {
  return { label, kind: vscode.QuickPickItemKind.Separator }
}

/** What workers registered, and what only the code in the workspace knows: perhaps no worker of this broker runs it. */
function registeredItems(tasks: readonly RegisteredTask[], defined: readonly TaskDefinition[]): Item[] {
  const registered = tasks.map((task) => ({ task, definition: definitionOf(task.name, defined) }))
  const matched = new Set(registered.map(({ definition }) => definition))
  const others = defined.filter((definition) => !matched.has(definition))
  return [
    ...registered.map(({ task, definition }) => registeredItem(task, definition)),
    ...others.map((definition) => workspaceItem(definition)),
  ]
}

function registeredItem({ name, workers }: RegisteredTask, definition: TaskDefinition | undefined): Item {
  const detail = definition === undefined ? {} : { detail: pickText(signatureText(name, definition.parameters)) }
  return { label: pickText(name), description: countText(workers.length, 'worker'), chosen: { name }, ...detail }
}

function workspaceItem({ given, dotted, path, parameters }: TaskDefinition): Item {
  const name = given ?? dotted
  const description = `${pickText(path)}, registered by no worker`
  return { label: pickText(name), description, chosen: { name }, detail: pickText(signatureText(name, parameters)) }
}

/** Its label matches nothing that is typed, so that every registered name that matches stands above it. */
function typedItem(name: string): Item {
  const description = `${pickText(name)}  (as typed; no worker registered it)`
  return { label: '$(edit)', description, alwaysShow: true, chosen: { name } }
}
