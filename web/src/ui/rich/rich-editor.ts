import { Editor } from '@tiptap/core'
import Bold from '@tiptap/extension-bold'
import Document from '@tiptap/extension-document'
import HardBreak from '@tiptap/extension-hard-break'
import Italic from '@tiptap/extension-italic'
import Link from '@tiptap/extension-link'
import { BulletList, ListItem, ListKeymap, OrderedList } from '@tiptap/extension-list'
import Paragraph from '@tiptap/extension-paragraph'
import Text from '@tiptap/extension-text'
import Underline from '@tiptap/extension-underline'
import { UndoRedo } from '@tiptap/extensions'

export const MARKS = ['bold', 'italic', 'underline', 'bulletList', 'orderedList'] as const
export type Mark = (typeof MARKS)[number]

interface Options {
  element: HTMLElement
  html: string
  label: string
  changed: (editor: Editor) => void
  moved: (editor: Editor) => void
}

/** An editor for the few marks that the server lets through. It brings no styles: the page's policy would refuse them. */
export function richEditor({ element, html, label, changed, moved }: Options): Editor {
  return new Editor({
    element,
    content: html,
    injectCSS: false,
    extensions: [
      Document, Paragraph, Text, HardBreak, Bold, Italic, Underline, BulletList, OrderedList, ListItem, ListKeymap, UndoRedo,
      Link.configure({ openOnClick: false, protocols: ['http', 'https', 'mailto', 'tel'] }),
    ],
    editorProps: { attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-label': label, class: 'rich-text' } },
    onUpdate: ({ editor }) => changed(editor),
    onTransaction: ({ editor }) => moved(editor),
  })
}

/** Turns a mark on or off where the cursor is. */
export function toggle(editor: Editor, mark: Mark): void {
  const chain = editor.chain().focus()
  if (mark === 'bulletList') chain.toggleBulletList().run()
  else if (mark === 'orderedList') chain.toggleOrderedList().run()
  else chain.toggleMark(mark).run()
}

/** What was written; nothing at all when there is no text. */
export function htmlIn(editor: Editor): string {
  return editor.isEmpty ? '' : editor.getHTML()
}
