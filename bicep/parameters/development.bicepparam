using '../main.bicep'

// A small grid to try things out on: no GPU, nothing twice.
param version = readEnvironmentVariable('ODIFF_VERSION')
param controlCount = 1
param computeVmSize = 'Standard_D4as_v5'
param computeLeast = 2
param computeMost = 4
param computeIsSpot = false
param storageRedundancy = 'Standard_LRS'
param redisSize = 'Balanced_B0'
param redisIsReplicated = false
param gatewayLeast = 1
param gatewayApiKeys = readEnvironmentVariable('ODIFF_API_KEYS')
param sshPublicKey = readEnvironmentVariable('ODIFF_SSH_KEY')
param monthlyBudget = 800
param budgetEmails = [readEnvironmentVariable('ODIFF_BUDGET_EMAIL')]
