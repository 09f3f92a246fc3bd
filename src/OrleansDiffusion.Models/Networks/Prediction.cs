namespace OrleansDiffusion.Models.Networks;

/// <summary>What a network predicts of x = α x_0 + σ z.</summary>
public enum Prediction
{
    /// <summary>The noise: D = (x − σ ε)/α.</summary>
    Epsilon,

    /// <summary>v = α z − σ x_0 (Salimans and Ho 2022): D = α x − σ v.</summary>
    Velocity,

    /// <summary>The data: D itself.</summary>
    Sample,
}
