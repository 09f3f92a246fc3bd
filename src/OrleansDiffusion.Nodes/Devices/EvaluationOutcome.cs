namespace OrleansDiffusion.Nodes.Devices;

/// <summary>
/// What became of a request. Rows that were NaN or infinite twice are in its node's
/// <see cref="Sampling.Picard.PicardNode.NotFinite"/>.
/// </summary>
/// <param name="Rows">Rows that the model was asked for, for this request.</param>
/// <param name="CallTime">
/// How long the call took that answered it, together with all others that were answered with it.
/// </param>
/// <param name="Call">
/// The call's number, from 1, at its device: the time of several requests of a call was spent once. 0 where nothing was
/// due in any of them, so that there was no call.
/// </param>
public sealed record EvaluationOutcome(int Rows, TimeSpan CallTime, long Call);
