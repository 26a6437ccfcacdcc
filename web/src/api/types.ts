import type { components } from '@/api/schema.gen'

type Schemas = components['schemas']

export type User = Schemas['UserView']
export type OwnChoices = Schemas['MeForm']
export type FirstAccount = Schemas['SetupForm']
export type Credentials = Schemas['SignInForm']
export type Customer = Schemas['CustomerView']
export type CustomerPatch = Schemas['CustomerPatchForm']
export type Message = Schemas['MessageView']
export type MessagePage = Schemas['MessagePage']
export type Settings = Schemas['SettingsView']
export type SettingsPatch = Schemas['SettingsForm']
export type Access = Schemas['MailboxTestForm']
export type FolderFound = Schemas['FolderFoundView']
