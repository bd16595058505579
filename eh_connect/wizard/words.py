"""What ``?`` explains, question by question."""

API_KEY = (
    "StackOne shows a key once, when it is made: Project Settings > API Keys, in its dashboard. Keys look "
    "like v1.{region}.xxxxx. “Platform API”, read and write, is all that is needed here; a default key "
    "can read far more (the data of all linked accounts), so make one for this job. Or set "
    "STACKONE_API_KEY."
)
KEEP_KEY = (
    "Kept, it need not be given again for a rotation. Not kept, it is gone when this run ends. It is "
    "needed a few times a year: not keeping it is the safer habit."
)
WHOSE = (
    "A software vendor registers ONE application in its own organisation (partner or sandbox), and all "
    "its customers authorise it. Not in a customer's organisation: it would be the customer's. Not in a "
    "two-week trial: it ends. Platinum or above: other subscriptions have no Developer Portal."
)
ORGANISATION = (
    "It is a UUID or a number in every address of your Employment Hero, after “organisations/”. Paste the "
    "whole address if you like. Payroll (KeyPay, yourpayroll) is another product: its IDs don't work. It "
    "is needed for the portal's address only; empty, you go by the menu."
)
ACTIONS = (
    "What StackOne may do with linked accounts. All is the dashboard's own default. Actions that you "
    "choose may need scopes: these are added to the list of boxes."
)
SCOPES = (
    "“directory” reads employees, teams and organisations. “stackone-guide-2026-03” is what StackOne's "
    "older guide recommends: it includes bank accounts, pay and emergency contacts. “all-read” is every "
    "Read box. Take what you need and what you will need: scopes can never be changed."
)
FOR_EVER = (
    "Scopes are fixed when the application is created. A forgotten one means a new application, new "
    "credentials, and a new consent of every linked account. Name and redirect URI can be edited later."
)
CREDENTIALS = (
    "On the page of the application, with a Copy button each. Each had 43 characters in the one "
    "application that was seen. Nothing is shown while you paste. They are kept in your keyring first "
    "(not with --no-store). Employment Hero is asked whether it knows them (not with --no-check); "
    "StackOne gets them after your “Yes” at the review."
)
REVIEW = (
    "Nothing has been sent to StackOne yet. “Yes” sends Client ID and Client Secret to it, reads the "
    "profile back, and makes the pair the current one in your keyring."
)
TOKENS = (
    "Good to know: access tokens live 15 minutes; refresh tokens do not expire, but each refresh returns "
    "a new one, which must replace the stored one. To link accounts: docs.stackone.com, guide "
    "“accounts-section”, heading “linking-accounts”."
)
CARDS = (
    "Employees, Teams, Employees/Update: a card's name means its Read box, Card/Box another one. Scope "
    "strings work too."
)
APP_NAME = (
    "Any name will do; customers probably see it when they consent. It can be edited later. For another "
    "one: --app-name, or change it at the review."
)
REDIRECT = "The same for everybody. With a blank or a slash too much, no account can be linked."
REJECTED = (
    "Its token endpoint answered “invalid_client”: it does not know this Client ID with this Client "
    "Secret. Copy each again with its Copy button, from the same application. The check is advice, not proof."
)
