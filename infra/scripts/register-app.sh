#!/usr/bin/env bash
# Makes, or brings up to date, the app registration whose tokens a deployment with REMEDIATOR_AUTH=entra takes, and prints
# the settings. May be run again: what is there already stays. docs/security.md says who needs what.
#
#   register-app.sh [--name NAME] [--operator OBJECT_ID]... [--reader OBJECT_ID]... [--owner OBJECT_ID]...
#
# OBJECT_ID is that of a user, group or service principal. Whoever makes the action group must be an owner of the
# registration (else Azure answers AadWebhookResourceNotOwnedByCaller): whoever runs this is, others by --owner.
set -euo pipefail

readonly AZURE_MONITOR=461e8683-5575-4561-ac7f-899cc907d62a # calls for action groups
readonly AZURE_CLI=04b07795-8ddb-461a-bbee-02f9e1bf7b46 # gets tokens for people: az login
# Ids inside the registration; fixed, so that a second run changes nothing.
readonly ROLE_ALERTS=700640d4-5edb-43d4-a19f-00109e1cd536
readonly ROLE_OPERATE=a6aa8b34-adc1-4501-96af-7b9f28f4e0a4
readonly ROLE_READ=0da372cb-b376-494e-95fa-f045439c3709
readonly SCOPE=3ee463bc-37f2-4528-8f90-eb5bdb84b451

name="Static IP Remediator"
operators=() readers=() owners=()

fail() {
  printf 'error: %s\nnext: %s\n' "$1" "$2" >&2
  exit 2
}

guid() {
  [[ $1 =~ ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ ]] ||
    fail "$2 is no GUID." "$3"
}

while (($# > 0)); do
  (($# > 1)) || fail "$1 needs a value." "See the first lines of this script."
  case $1 in
    --name) name=$2 ;;
    --operator) guid "$2" "--operator" "Give an object id." && operators+=("$2") ;;
    --reader) guid "$2" "--reader" "Give an object id." && readers+=("$2") ;;
    --owner) guid "$2" "--owner" "Give an object id." && owners+=("$2") ;;
    *) fail "$1 is unknown." "See the first lines of this script." ;;
  esac
  shift 2
done
# It gets into a filter of Graph.
[[ $name =~ ^[A-Za-z0-9][A-Za-z0-9\ ._-]{0,99}$ ]] ||
  fail "The name has characters that it may not have." "Use letters, digits, blanks, dots, dashes."

# Prints what az says without Windows' line ends. An az that fails ends the script, with its own words.
ask() { az "$@" --output tsv | tr -d '\r'; }

tenant=$(ask account show --query tenantId)
guid "$tenant" "The tenant" "Sign in: az login"
graph=$(ask cloud show --query endpoints.microsoftGraphResourceId)
graph=${graph%/}/v1.0
authority=$(ask cloud show --query endpoints.activeDirectory)

# The registration.
found=$(ask ad app list --filter "displayName eq '$name'" --query '[].appId')
case $(grep -c . <<<"$found" || true) in
  0) client=$(ask ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId) ;;
  1) client=$found ;;
  *) fail "Several registrations have the name $name." "Choose another one with --name." ;;
esac
guid "$client" "The registration's id" "Look at: az ad app list"
audience=api://$client

# Its roles, and the scope that lets Azure CLI ask for tokens. Graph takes the second only once it knows the first.
roles=$(
  printf '[%s,%s,%s]' \
    "{\"id\":\"$ROLE_ALERTS\",\"value\":\"ActionGroupsSecureWebhook\",\"displayName\":\"ActionGroupsSecureWebhook\",\"description\":\"Azure Monitor may send alerts.\",\"allowedMemberTypes\":[\"Application\"],\"isEnabled\":true}" \
    "{\"id\":\"$ROLE_OPERATE\",\"value\":\"Heal.Operate\",\"displayName\":\"Heal.Operate\",\"description\":\"May ask for heals and rollbacks, and look.\",\"allowedMemberTypes\":[\"User\",\"Application\"],\"isEnabled\":true}" \
    "{\"id\":\"$ROLE_READ\",\"value\":\"Heal.Read\",\"displayName\":\"Heal.Read\",\"description\":\"May look.\",\"allowedMemberTypes\":[\"User\",\"Application\"],\"isEnabled\":true}"
)
scopes="[{\"id\":\"$SCOPE\",\"value\":\"user_impersonation\",\"type\":\"User\",\"isEnabled\":true,\"adminConsentDisplayName\":\"Use the Static IP Remediator\",\"adminConsentDescription\":\"Use it as the signed-in person, with the roles of that person.\",\"userConsentDisplayName\":\"Use the Static IP Remediator\",\"userConsentDescription\":\"Use it with your own roles.\"}]"
clients="[{\"appId\":\"$AZURE_CLI\",\"delegatedPermissionIds\":[\"$SCOPE\"]}]"

patch() {
  az rest --method PATCH --url "$graph/applications(appId='$client')" \
    --headers Content-Type=application/json --body "$1" --output none
}
patch "{\"identifierUris\":[\"$audience\"],\"appRoles\":$roles,\"api\":{\"oauth2PermissionScopes\":$scopes}}"
patch "{\"api\":{\"oauth2PermissionScopes\":$scopes,\"preAuthorizedApplications\":$clients}}"

# Its owners.
if [[ $(ask account show --query user.type) == user ]]; then
  owners+=("$(ask ad signed-in-user show --query id)")
else
  owners+=("$(ask ad sp show --id "$(ask account show --query user.name)" --query id)")
fi
owned=$(ask ad app owner list --id "$client" --query '[].id')
for owner in "${owners[@]}"; do
  guid "$owner" "The owner's id" "Give it with --owner."
  grep -qix "$owner" <<<"$owned" ||
    az ad app owner add --id "$client" --owner-object-id "$owner" --output none
done

# The service principals: this application's, and Azure Monitor's in this tenant.
principal() {
  local id
  id=$(ask ad sp list --filter "appId eq '$1'" --query '[0].id')
  [[ -n $id ]] || id=$(ask ad sp create --id "$1" --query id)
  guid "$id" "The service principal of $1" "Look at: az ad sp list"
  printf '%s' "$id"
}
resource=$(principal "$client")
monitor=$(principal "$AZURE_MONITOR")

# Who has which role.
assigned=$(
  ask rest --method GET --url "$graph/servicePrincipals/$resource/appRoleAssignedTo?\$top=999" \
    --query 'value[].[principalId, appRoleId]'
)
assign() {
  grep -qi "^$1[[:space:]]$2\$" <<<"$assigned" ||
    az rest --method POST --url "$graph/servicePrincipals/$resource/appRoleAssignedTo" \
      --headers Content-Type=application/json --output none \
      --body "{\"principalId\":\"$1\",\"resourceId\":\"$resource\",\"appRoleId\":\"$2\"}"
}
assign "$monitor" "$ROLE_ALERTS"
for who in ${operators[@]+"${operators[@]}"}; do assign "$who" "$ROLE_OPERATE"; done
for who in ${readers[@]+"${readers[@]}"}; do assign "$who" "$ROLE_READ"; done

printf 'REMEDIATOR_AUTH=entra\nREMEDIATOR_ENTRA_TENANT=%s\nREMEDIATOR_ENTRA_CLIENT=%s\nREMEDIATOR_ENTRA_AUDIENCE=%s\n' \
  "$tenant" "$client" "$audience"
[[ ${authority%/} == https://login.microsoftonline.com ]] ||
  printf 'REMEDIATOR_ENTRA_AUTHORITY=%s\n' "${authority%/}"
# What an action group's secure webhook has to name beside tenant and identifier URI.
printf '# objectId of the registration, for the action group: %s\n' \
  "$(ask ad app show --id "$client" --query id)"
