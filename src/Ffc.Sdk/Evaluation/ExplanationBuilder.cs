using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>
/// Builds the explanation of one evaluation from its steps. The details of a step, such as the clauses of a rule, are computed
/// by the functions that the evaluation uses.
/// </summary>
internal sealed class ExplanationBuilder(DataSet data, FfcUser user)
{
    private readonly Stack<Node> _open = new();
    private readonly ExplanationHints _hints = new(data, user);
    private (Flag Flag, FlagExplanation Explanation)? _lastEnded;

    /// <summary>Evaluates a flag without events and explains the result.</summary>
    public static FlagExplanation Explain(DataSet data, Flag flag, FfcUser user)
    {
        var builder = new ExplanationBuilder(data, user);
        var scope = new EvaluationScope(data, user, timestamp: null);
        Evaluator.Evaluate(ref scope, flag, new ExplanationTracer(builder));
        return builder.Build();
    }

    public void Begin(Flag flag) => _open.Push(new Node(flag, Place: _open.Count == 0 ? "" : $"flag '{flag.Key}', "));

    public void End(in EvalResult result)
    {
        var node = _open.Pop();
        var flag = node.Flag;
        if (result.Reason is EvaluationReasons.RuleMatch or EvaluationReasons.FallThrough)
            _hints.AddTargets(node.Place, flag);
        var error = result.Variation is null ? EvaluationError.MalformedFlag : EvaluationError.None;
        _lastEnded = (flag, new FlagExplanation
        {
            FlagKey = flag.Key,
            FlagName = flag.Name,
            UserKey = user.Key,
            Value = result.Variation?.Text,
            VariationId = result.Variation?.Id,
            Reason = error == EvaluationError.None ? result.Reason : EvaluationReasons.For(error),
            Error = error,
            IsOn = flag.IsEnabled,
            Prerequisites = node.Prerequisites,
            IsTargeted = result.Reason == EvaluationReasons.TargetMatch,
            Rules = node.Rules,
            Rollouts = node.Rollouts,
            IsInExperiment = result.SendToExperiment,
            ExperimentReason = DescribeExperiment(flag, result, node.Picked),
            DataVersion = data.Version,
        });
    }

    public void PrerequisiteTested(Prerequisite required, bool holds)
    {
        var flag = data.FlagById(required.FlagId);
        var evaluation = _lastEnded is { } last && last.Flag == flag ? last.Explanation : null;
        _lastEnded = null;
        _open.Peek().Prerequisites.Add(new PrerequisiteExplanation
        {
            FlagKey = flag?.Key ?? required.FlagId,
            RequiredVariationId = required.VariationId,
            Holds = holds,
            Because = DescribePrerequisite(_open.Peek().Flag, flag, required, evaluation, holds),
            Evaluation = evaluation,
        });
    }

    public void RuleTested(Rule rule, bool matches)
    {
        var node = _open.Peek();
        node.Rules.Add(new RuleExplanation
        {
            Number = node.Rules.Count + 1,
            Matches = matches,
            Clauses = [.. rule.Clauses.Select(Explain)],
        });
        _hints.AddClauses($"{node.Place}rule {node.Rules.Count}", rule.Clauses);
    }

    public void RolloutPicked(RolloutGroup group, Rollout? rollout)
    {
        var node = _open.Peek();
        node.Picked = rollout is null ? null : (group, rollout);
        var ranges = group.Rollouts.Where(item => !item.IsToRest || ReferenceEquals(item, rollout) || !CoverAll(group.Rollouts));
        if (group.Dispatch is { } by)
            _hints.AddProperty($"{node.Place}rollout", by.Property, by.PropertyName);
        node.Rollouts.Add(new RolloutExplanation
        {
            RuleNumber = group == node.Flag.DefaultRollouts ? null : node.Rules.Count,
            Property = group.Dispatch is { } dispatch
                ? ClauseText.NameOf(dispatch.Property, dispatch.PropertyName)
                : ClauseText.NameOf(UserProperty.Key, ""),
            Percentage = group.Rollouts is [{ TakesAll: true }, ..]
                ? null
                : group.Dispatch?.RolloutPercentage(user) ?? user.RolloutPercentage,
            Ranges =
            [
                .. ranges.Select(item => new RolloutRange
                {
                    Start = item.Min,
                    // The compiled end of an inclusive range is the next larger number.
                    End = Math.Round(item.Max, 10),
                    VariationId = item.Variation?.Id,
                    Value = item.Variation?.Text,
                    IncludesUser = ReferenceEquals(item, rollout),
                    IsFallback = item.IsToRest,
                }),
            ],
        });
    }

    /// <summary>Returns the explanation of the flag whose evaluation ended last, with hints about the user.</summary>
    public FlagExplanation Build() => _lastEnded!.Value.Explanation with { Hints = [.. _hints.All.Distinct()] };

    private static bool CoverAll(Rollout[] rollouts)
    {
        var end = 0.0;
        foreach (var rollout in rollouts.Where(item => !item.IsToRest).OrderBy(item => item.Min))
            end = rollout.Min <= end ? Math.Max(end, rollout.Max) : end;
        return end >= 1;
    }

    private static string DescribePrerequisite(
        Flag flag, Flag? required, Prerequisite prerequisite, FlagExplanation? evaluation, bool holds)
    {
        if (prerequisite.FlagId == flag.Id)
            return "a flag that requires itself ignores this prerequisite";
        if (required is null)
            return "there is no such flag";
        if (evaluation is null)
            return "it was not evaluated, because flags require each other in a cycle or too many flags are required";
        if (prerequisite.VariationId is null)
            return "the required variation was deleted";
        if (evaluation.VariationId is null)
            return "the required flag is malformed";
        if (holds)
            return $"it returned the required variation ({evaluation.Reason})";
        return evaluation.VariationId == prerequisite.VariationId
            ? "flags require each other in a cycle"
            : $"it returned variation {evaluation.VariationId} ({evaluation.Reason})";
    }

    private string DescribeExperiment(Flag flag, in EvalResult result, (RolloutGroup Group, Rollout Rollout)? picked)
    {
        switch (result.Reason)
        {
            case EvaluationReasons.FlagOff or EvaluationReasons.PrerequisiteFailed:
                return "the off variation is not part of an experiment";
            case EvaluationReasons.TargetMatch when !result.SendToExperiment:
                return "individually targeted users are not part of an experiment";
        }

        // The default of a flag. The data does not say whether the flag has an experiment.
        if (flag.ExperimentIncludesTargets && result.SendToExperiment)
            return "if the flag has an experiment, it includes all users";
        if (picked is not { } found || found.Rollout.ExperimentEnd <= Rollout.NoExperiment)
            return "the rollout is not part of an experiment";
        if (found.Rollout.ExperimentEnd == Rollout.WholeExperiment)
            return "the experiment includes all users of the rollout";
        return ClauseText.Format($"the experiment includes users below {Math.Round(found.Rollout.ExperimentEnd, 10):0.######}; ")
            + ClauseText.Format($"the user is at {ExperimentPercentage(found.Group):0.######}, ")
            + (result.SendToExperiment ? "so it includes the user" : "so it does not include the user");
    }

    private double ExperimentPercentage(RolloutGroup group) =>
        group.Dispatch?.ExperimentPercentage(user) ?? user.ExperimentPercentage;

    private ClauseExplanation Explain(Clause clause)
    {
        var isSegment = clause.Operation == Operation.InSegment;
        return new ClauseExplanation
        {
            Property = isSegment ? "user" : ClauseText.NameOf(clause.Property, clause.PropertyName),
            Operation = ClauseText.OperationOf(clause),
            Operand = ClauseText.OperandOf(clause),
            UserValue = isSegment ? null : user.ValueOf(clause.Property, clause.PropertyName),
            Holds = Conditions.Holds(clause, user, data),
            Segments = [.. clause.SegmentIds.Select(ExplainSegment)],
        };
    }

    private SegmentExplanation ExplainSegment(string id)
    {
        var segment = data.SegmentById(id);
        var contains = segment is not null && Conditions.IsIn(segment, user, data);
        return new SegmentExplanation { Id = id, Contains = contains, Because = Describe(segment, contains) };
    }

    private string Describe(Segment? segment, bool contains)
    {
        if (segment is null)
            return "there is no such segment";
        if (segment.Excluded?.Contains(user.Key) == true)
            return "the segment excludes the user";
        if (segment.Included.Contains(user.Key))
            return "the segment includes the user";
        var number = Array.FindIndex(segment.Rules, clauses => Conditions.AllHold(clauses, user, data)) + 1;
        return contains ? $"rule {number} of the segment matches"
            : number > 0 ? "segments refer to each other in a cycle or too many segments are nested"
            : segment.Rules.Length > 0 ? "no rule of the segment matches"
            : "the segment does not include the user";
    }

    private sealed record Node(Flag Flag, string Place)
    {
        public List<PrerequisiteExplanation> Prerequisites { get; } = [];

        public List<RuleExplanation> Rules { get; } = [];

        public List<RolloutExplanation> Rollouts { get; } = [];

        public (RolloutGroup Group, Rollout Rollout)? Picked { get; set; }
    }
}
