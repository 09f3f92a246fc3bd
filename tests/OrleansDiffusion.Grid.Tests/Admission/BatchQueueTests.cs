using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Grid.Admission;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Grid.Tests.Admission;

/// <summary>Who is walked when.</summary>
public sealed class BatchQueueTests
{
    private static readonly TimeSpan Ageing = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private readonly ManualTime _time = new();
    private readonly BatchQueue _queue;

    public BatchQueueTests() => _queue = new BatchQueue(Ageing, Lease, _time);

    [Fact]
    public void A_lone_batch_has_its_turn_at_once()
    {
        Ask("a");

        Assert.Equal(["a/0"], Take(1));
        Assert.Null(_queue.Place(Key("a")));
        Assert.Equal((1, 0), (_queue.Walked, _queue.Length));
    }

    [Fact]
    public void No_more_are_walked_than_may_be_and_those_that_wait_know_their_place()
    {
        foreach (var job in (string[])["a", "b", "c", "d"])
            Ask(job);

        Assert.Equal(["a/0", "b/0"], Take(2));
        Assert.Empty(Take(2));
        Assert.Equal([0, 1], new[] { "c", "d" }.Select(job => _queue.Place(Key(job))!.Value));

        _queue.Leave(Key("b"));

        Assert.Equal(["c/0"], Take(2));
        Assert.Equal(0, _queue.Place(Key("d")));
    }

    // A huge job asks for its next batch when one is done: by then all small ones that were there have asked.
    [Fact]
    public void A_job_of_many_batches_takes_turns_with_jobs_of_one()
    {
        var order = new List<string>();
        Ask("huge");
        foreach (var job in (string[])["a", "b", "c"])
            Ask(job);

        for (var huge = 0; order.Count < 6;)
        {
            var batch = Assert.Single(Take(1));
            order.Add(batch);
            _queue.Leave(BatchKey.Parse(batch));
            if (batch.StartsWith("huge", StringComparison.Ordinal))
                Ask("huge", batch: ++huge);
        }

        Assert.Equal(["huge/0", "a/0", "b/0", "c/0", "huge/1", "huge/2"], order);
    }

    [Fact]
    public void Submitters_take_turns_however_many_jobs_each_has()
    {
        for (var i = 0; i < 4; i++)
            Ask($"many-{i}", submitter: "many");
        Ask("few-0", submitter: "few");
        Ask("few-1", submitter: "few");

        Assert.Equal(["many-0/0", "few-0/0", "many-1/0", "few-1/0", "many-2/0", "many-3/0"], Take(6));
    }

    // Who comes back again and again is not new each time.
    [Fact]
    public void Submitters_of_one_job_after_the_other_do_not_overtake_one_that_waits()
    {
        for (var i = 0; i < 3; i++)
            Ask($"many-{i}", submitter: "many");
        Ask("x-0", submitter: "x");
        Ask("y-0", submitter: "y");

        var taken = new List<string>();
        for (var i = 1; taken.Count < 9; i++)
        {
            var batch = Assert.Single(Take(1));
            taken.Add(batch[..1]);
            _queue.Leave(BatchKey.Parse(batch));
            if (batch[0] is 'x' or 'y')
                Ask($"{batch[..1]}-{i}", submitter: batch[..1]);
        }

        Assert.Equal("mxymxymxy", string.Concat(taken));
    }

    [Fact]
    public void The_higher_priority_goes_first_in_the_order_of_asking()
    {
        Ask("low", priority: -1);
        Ask("usual");
        Ask("high-0", priority: 2);
        Ask("high-1", priority: 2);

        Assert.Equal(3, _queue.Place(Key("low")));
        Assert.Equal(["high-0/0", "high-1/0", "usual/0", "low/0"], Take(4));
    }

    // One device, and always somebody of the higher priority: the lower one has its turn when it has aged.
    [Fact]
    public void A_lower_priority_does_not_starve()
    {
        Ask("low", priority: -2);
        var waited = TimeSpan.Zero;
        for (var i = 0; ; i++)
        {
            Ask($"high-{i}", priority: 1);
            var batch = Assert.Single(Take(1));
            _queue.Leave(BatchKey.Parse(batch));
            if (batch == "low/0")
                break;
            _time.Advance(TimeSpan.FromSeconds(1));
            waited += TimeSpan.FromSeconds(1);
            Ask("low", priority: -2); // it is still there
        }

        Assert.Equal(3 * Ageing, waited);
    }

    [Fact]
    public void What_is_said_twice_changes_nothing()
    {
        Assert.True(_queue.Reserve(Key("a"), most: 1));
        Assert.True(_queue.Reserve(Key("a"), most: 1));
        Assert.Equal(1, _queue.Length);
        Ask("a");
        Ask("a");
        Assert.Equal(1, _queue.Length);
        Assert.Equal(["a/0"], Take(2));
        Ask("a");
        _queue.Walk(Key("a"));
        Assert.Equal((1, 0), (_queue.Walked, _queue.Length));
        _queue.Leave(Key("a"));
        _queue.Leave(Key("a"));
        Assert.Equal((0, 0), (_queue.Walked, _queue.Length));
        Assert.Empty(Take(2));
    }

    [Fact]
    public void A_queue_that_is_full_keeps_no_place_but_turns_no_job_away_that_was_accepted()
    {
        Assert.True(_queue.Reserve(Key("a"), most: 2));
        Ask("b");

        Assert.False(_queue.Reserve(Key("c"), most: 2));
        Assert.True(_queue.Reserve(Key("a"), most: 2));
        Ask("d");

        Assert.Equal(3, _queue.Length);
        Assert.Equal(["b/0", "d/0"], Take(5));
        Assert.True(_queue.Reserve(Key("c"), most: 2));
    }

    [Fact]
    public void Who_is_not_heard_of_any_more_is_forgotten_and_others_have_its_turn()
    {
        _queue.Reserve(Key("planned"), most: 9);
        Ask("walked");
        Ask("renewed");
        Assert.Equal(2, Take(2).Count);
        Ask("waits");
        Ask("asks");

        _time.Advance(Lease / 2);
        _queue.Walk(Key("renewed"));
        Ask("asks");
        _time.Advance(Lease / 2);

        Assert.Equal([Key("walked")], _queue.Expire());
        Assert.Equal((1, 1), (_queue.Walked, _queue.Length));
        Assert.Equal(["asks/0"], Take(2));
    }

    // A queue that is new hears of what its forerunner has let be walked.
    [Fact]
    public void A_batch_that_is_walked_counts_even_beyond_what_may_be()
    {
        Ask("a");
        _queue.Walk(Key("a"));
        _queue.Walk(Key("b"));
        _queue.Walk(Key("c"));
        Ask("d");

        Assert.Empty(Take(2));
        _queue.Leave(Key("a"));
        Assert.Empty(Take(2));
        _queue.Leave(Key("b"));
        Assert.Equal(["d/0"], Take(2));
    }

    // Whatever is said in whatever order: never too many, nobody twice, and in the end all have had their turn.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_asked_all_have_their_turn_once_and_never_too_many_at_a_time(int seed)
    {
        var random = new Random(seed);
        var (walked, had) = (new List<BatchKey>(), new HashSet<BatchKey>());
        for (var i = 0; i < 500; i++)
        {
            var (job, batch) = ($"{random.Next(100)}", i);
            Ask(job, batch, random.Next(-2, 3), $"{random.Next(4)}");
            _time.Advance(TimeSpan.FromMilliseconds(random.Next(3000)));
            Enter(leaving: random.Next(3));
        }

        while (walked.Count > 0)
            Enter(leaving: 1);

        Assert.Equal(500, had.Count);
        Assert.Equal((0, 0), (_queue.Walked, _queue.Length));

        void Enter(int leaving)
        {
            foreach (var batch in walked.Take(leaving).ToList())
            {
                _queue.Leave(batch);
                walked.Remove(batch);
            }

            foreach (var batch in _queue.Take(3))
            {
                Assert.True(had.Add(batch));
                walked.Add(batch);
            }

            Assert.InRange(walked.Count, 0, 3);
        }
    }

    private static BatchKey Key(string job) => new(job, 0);

    private void Ask(string job, int batch = 0, int priority = 0, string submitter = "") =>
        _queue.Ask(new BatchBid(new BatchKey(job, batch), priority, submitter));

    private List<string> Take(int atOnce) => [.. _queue.Take(atOnce).Select(batch => $"{batch}")];
}
