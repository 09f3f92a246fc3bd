using '../main.bicep'

// A grid for large jobs: spot machines with an A100 each come and go with the queue; what must stay, stays.
param version = readEnvironmentVariable('ODIFF_VERSION')
param controlCount = 2
param computeVmSize = 'Standard_NC24ads_A100_v4'
param computeLeast = 1
param computeMost = 16
param computeIsSpot = true
param gatewayApiKeys = readEnvironmentVariable('ODIFF_API_KEYS')
param sshPublicKey = readEnvironmentVariable('ODIFF_SSH_KEY')
param monthlyBudget = 8000
param budgetEmails = [readEnvironmentVariable('ODIFF_BUDGET_EMAIL')]
