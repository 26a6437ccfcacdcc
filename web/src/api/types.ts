import type { components } from '@/api/schema.gen'

type Schemas = components['schemas']

export type User = Schemas['User']
export type Language = User['language']
export type Customer = Schemas['Customer']
export type CustomerPatch = Schemas['CustomerPatch']
export type NewCustomer = Schemas['CustomerNew']
export type Message = Schemas['Message']
export type Settings = Schemas['Settings']
export type SettingsPatch = Schemas['SettingsPatch']
export type Mailbox = Schemas['Mailbox']
export type FolderFound = Schemas['FolderFound']
export type LogEntry = Schemas['LogEntry']
