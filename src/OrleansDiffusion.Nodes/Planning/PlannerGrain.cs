using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling;
using Orleans.Concurrency;

namespace OrleansDiffusion.Nodes.Planning;

/// <summary>Plans requests; it lives where models can be opened.</summary>
[GrainType("odiff.planner"), StatelessWorker]
internal sealed class PlannerGrain(JobSetups setups) : Grain, IPlannerGrain
{
    public async Task<JobPlanned> Plan(SamplingRequest request, CancellationToken cancellationToken = default)
    {
        try
        {
            return new JobPlanned(await setups.Plan(request, cancellationToken), Refusal: null);
        }
        catch (InvalidOptionException e)
        {
            return new JobPlanned(null, new Refusal(e.Option, e.Requirement));
        }
        catch (ModelFormatException e)
        {
            return new JobPlanned(null, new Refusal(Option: null, e.Message));
        }
    }
}
