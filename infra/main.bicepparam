// What azd deploys: azd env set NAME VALUE. For more settings write a file like those in examples/.
using 'main.bicep'

param resourceGroupName = readEnvironmentVariable('REMEDIATOR_RESOURCE_GROUP', 'rg-static-ip-remediator')
param location = readEnvironmentVariable('AZURE_LOCATION')
param watch = map(split(readEnvironmentVariable('REMEDIATOR_WATCH'), ','), scope => trim(scope))
param mode = readEnvironmentVariable('REMEDIATOR_MODE', 'observe')
param subnetId = readEnvironmentVariable('REMEDIATOR_SUBNET', '')
param alerts = {
  emails: filter(
    map(split(readEnvironmentVariable('REMEDIATOR_EMAILS', ''), ','), address => trim(address)),
    address => !empty(address)
  )
}
