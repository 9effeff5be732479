//! The same question of many prompts: is each row that of the prompt alone, are mean and deviation those of the rows, does what fails
//! leave the rest as it is, and is each way to write prompts down read, or refused by line and column?

use std::path::Path;
use std::sync::Arc;

use logitscope::attribution::set::{Measure, SetAnswer, SetQuestion, SetTable, ask_all, read_line, read_prompts};
use logitscope::attribution::{
    Ablation, Contrast, Form, Position, Question, Unit, attribute, effects, explain, sources,
};
use logitscope::gpt2::LanguageModel;

fn bundled() -> LanguageModel {
    LanguageModel::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/models/bundled")).unwrap()
}

const PROMPTS: &str = "\
prompt,answer,incorrect,giver,other
\"When Mary and John went to the store, John gave a drink to\", Mary, John,John,@2
\"When Tom and Anna went to the store, Tom gave a drink to\", Anna, Tom,Tom,@2
\"When Mary and John went to the store, John gave a drink to\", nothing at all,,,
The capital city of France is, Paris,,,
\"When Anna and Mary went to the store, Mary gave a drink to\", Anna, Mary,Mary,Fred
";

fn answer(model: &LanguageModel, measure: Measure) -> SetAnswer {
    let prompts = read_prompts(PROMPTS).unwrap();
    ask_all(prompts, SetQuestion::new(measure))
        .unwrap()
        .finish(model)
        .unwrap()
}

/// Mean and sample deviation by their definitions.
fn check_moments(table: &SetTable) {
    let (width, n) = (table.labels.len(), table.values.len() / table.labels.len());
    assert_eq!(table.moments.n(), n);
    for (label, (mean, sd)) in table.moments.mean().iter().zip(table.moments.sd()).enumerate() {
        let column: Vec<f64> = (0..n).map(|row| table.values[row * width + label]).collect();
        let expected = column.iter().sum::<f64>() / n as f64;
        let squares: f64 = column.iter().map(|x| (x - expected).powi(2)).sum();
        assert!((mean - expected).abs() < 1e-12, "{mean} is not {expected}");
        let expected = (squares / (n - 1) as f64).sqrt();
        assert!((sd - expected).abs() < 1e-12, "{sd} is not {expected}");
        let same = column.iter().filter(|x| x.signum() == mean.signum()).count();
        assert_eq!(table.moments.same_sign()[label], same);
    }
}

/// Each prompt that counts, alone.
fn alone(model: &LanguageModel) -> Vec<(usize, Arc<logitscope::gpt2::Run>, Question)> {
    let prompts = [
        (
            0,
            "When Mary and John went to the store, John gave a drink to",
            " Mary",
            Some(" John"),
        ),
        (
            1,
            "When Tom and Anna went to the store, Tom gave a drink to",
            " Anna",
            Some(" Tom"),
        ),
        (3, "The capital city of France is", " Paris", None),
        (
            4,
            "When Anna and Mary went to the store, Mary gave a drink to",
            " Anna",
            Some(" Mary"),
        ),
    ];
    let token = |text| model.single_token(text).unwrap();
    let alone = prompts.map(|(index, text, answer, incorrect)| {
        let run = model.gpt2.run(&model.tokens(text, true).unwrap()).unwrap();
        let question = Question::new(token(answer)).rather_than(incorrect.map(token));
        (index, Arc::new(run), question.after(Position::At(-1)))
    });
    alone.into()
}

#[test]
fn rows_are_those_of_each_prompt_alone() {
    let model = bundled();
    let mut prompts = PROMPTS.lines().collect::<Vec<_>>();
    // A role that is not there fails; without it, the prompt counts.
    prompts[5] = "\"When Anna and Mary went to the store, Mary gave a drink to\", Anna, Mary,Mary,";
    let prompts = read_prompts(&prompts.join("\n")).unwrap();
    let trial = ask_all(prompts, SetQuestion::new(Measure::Parts(Form::ALL.to_vec()))).unwrap();
    let set = trial.finish(&model).unwrap();
    let alone = alone(&model);
    assert_eq!(set.tables.len(), Form::ALL.len());
    for (table, form) in set.tables.iter().zip(Form::ALL) {
        let rows = alone
            .iter()
            .map(|(_, run, question)| explain(run, question, form).unwrap());
        let rows: Vec<f64> = rows.flat_map(|row| row.values().to_vec()).collect();
        assert_eq!((&table.values, &table.name), (&rows, &form.to_string()));
        check_moments(table);
        // The means add up as each prompt's parts do.
        let (means, n) = (table.explanation().unwrap(), alone.len() as f64);
        let of_each = alone
            .iter()
            .map(|(_, run, question)| explain(run, question, form).unwrap().identity().clone());
        let [mut logit, mut bias, mut total, mut error] = [0.0, 0.0, 0.0, 0f64];
        for of in of_each {
            logit += of.logit[0] / n;
            bias += of.bias[0] / n;
            total += of.total[0] / n;
            error = error.max(of.error[0].abs());
        }
        let identity = means.identity();
        for (known, expected) in [
            (&identity.logit, logit),
            (&identity.bias, bias),
            (&identity.total, total),
        ] {
            assert!((known[0] - expected).abs() < 1e-12, "{known:?} is not {expected}");
        }
        assert_eq!((identity.error[0].abs(), means.values()), (error, table.moments.mean()));
        assert!(error <= set.error.abs() && (set.logit.mean()[0] - logit).abs() < 1e-6);
    }
    for (answered, (index, run, question)) in set.prompts.iter().zip(&alone) {
        let known = attribute(run, question, Unit::Component).unwrap().identity;
        assert_eq!((answered.index, answered.position), (*index, run.tokens().len() - 1));
        assert!((answered.logit - known.logit[0]).abs() < 1e-9);
        let likeliest = model.predictions(run, answered.position, 1).unwrap().swap_remove(0);
        assert_eq!(answered.likeliest, likeliest);
        assert_eq!(answered.answer.rank == 0, answered.answer.id == likeliest.id);
        assert!(answered.exact && answered.error.abs() < 1e-3);
    }
    let failed: Vec<_> = set
        .failed
        .iter()
        .map(|failed| (failed.index, failed.message.as_str()))
        .collect();
    assert_eq!(failed.len(), 1);
    assert!(
        failed[0].0 == 2 && failed[0].1.contains("an answer is exactly one token"),
        "{failed:?}"
    );
}

#[test]
fn effects_and_sources_are_those_of_each_prompt_alone() {
    let model = bundled();
    let measure = Measure::Effects {
        unit: Unit::Head,
        ablation: Ablation::Mean,
        at: Some(vec![-1]),
    };
    let set = answer(&model, measure);
    // The last one's role is not in the prompt.
    assert_eq!(set.failed.iter().map(|failed| failed.index).collect::<Vec<_>>(), [2, 4]);
    assert!(
        set.failed[1]
            .message
            .contains("role other: \"Fred\" is not in the prompt"),
        "{:?}",
        set.failed[1]
    );
    let alone = &alone(&model)[..3];
    let of_run = |(_, run, question): &(usize, _, _)| {
        let trial = effects(run, question, Unit::Head, Ablation::Mean, Some(&[-1])).unwrap();
        trial.finish().unwrap().effect
    };
    assert_eq!(
        set.tables[0].values,
        alone.iter().flat_map(of_run).collect::<Vec<f64>>()
    );
    check_moments(&set.tables[0]);

    let set = answer(&model, Measure::Sources);
    let names: Vec<_> = set
        .tables
        .iter()
        .map(|table| (table.name.as_str(), table.role.as_deref()))
        .collect();
    let expected = [
        ("pattern", "giver"),
        ("attribution", "giver"),
        ("pattern", "other"),
        ("attribution", "other"),
    ];
    assert_eq!(names, expected.map(|(name, role)| (name, Some(role))));
    for (table, of_role) in set.tables.iter().zip([[4, 2], [4, 2], [2, 2], [2, 2]]) {
        let mut rows = Vec::new();
        for ((_, run, question), at) in alone.iter().zip(of_role) {
            let all = sources(run, question).unwrap();
            let of = if table.name == "pattern" {
                all.pattern
            } else {
                all.attribution
            };
            rows.extend(of.chunks(run.tokens().len()).map(|of_head| of_head[at]));
        }
        // Of Mary and John it is John who gives, the fourth token after the first; of Tom and Anna Tom, the second.
        assert_eq!(table.values, rows, "{} {:?}", table.name, table.role);
        check_moments(table);
    }
}

#[test]
fn answers_are_compared_with_several_tokens_or_with_all() {
    let model = bundled();
    let text = "prompt,answer,incorrect,incorrect\n\
        \"When Mary and John went to the store, John gave a drink to\", Mary, John, Tom\n\
        The capital city of France is, Paris,,\n\
        \"When Mary and John went to the store, John gave a drink to\", Tom, John, Mary\n\
        \"When Mary and John went to the store, John gave a drink to\", Mary, John, Mary\n";
    let ask = |contrast| {
        let question = SetQuestion::new(Measure::Parts(vec![Form::Parts(Unit::Head)])).rather_than(contrast);
        let prompts = read_prompts(text).unwrap();
        ask_all(prompts, question).unwrap().finish(&model).unwrap()
    };
    let token = |text| model.single_token(text).unwrap();
    let alone = |text, answer, contrast: Contrast| {
        let run = model.gpt2.run(&model.tokens(text, true).unwrap()).unwrap();
        let question = Question::new(token(answer)).rather_than(contrast);
        explain(&run, &question, Form::Parts(Unit::Head))
            .unwrap()
            .values()
            .to_vec()
    };
    let (drink, capital) = (
        "When Mary and John went to the store, John gave a drink to",
        "The capital city of France is",
    );
    let own = ask(None);
    let expected = [
        alone(drink, " Mary", vec![token(" John"), token(" Tom")].into()),
        alone(capital, " Paris", Contrast::Mean),
        alone(drink, " Tom", vec![token(" John"), token(" Mary")].into()),
    ];
    assert_eq!(own.tables[0].values, expected.concat());
    // Likelier than each of them, and not than their mean.
    let right = |set: &SetAnswer| set.prompts.iter().map(|prompt| prompt.right).collect::<Vec<_>>();
    assert_eq!(right(&own), [true, true, false]);
    let message = &own.failed[0].message;
    assert!(
        own.failed.len() == 1 && message.contains("among the tokens that it is compared with"),
        "{message}"
    );

    let all = ask(Some(Contrast::LogProbability));
    let expected = [(drink, " Mary"), (capital, " Paris"), (drink, " Tom"), (drink, " Mary")]
        .map(|(text, answer)| alone(text, answer, Contrast::LogProbability));
    assert_eq!(all.tables[0].values, expected.concat());
    assert_eq!(right(&all), [true, true, false, false]);
}

#[test]
fn prompts_are_read_from_csv_and_json() {
    let csv = read_prompts("\u{feff}prompt,incorrect,answer,name\r\n\"a, \"\"b\"\"\", x, y,@-1\r\n").unwrap();
    let lines = read_prompts(
        "{\"prompt\": \"a, \\\"b\\\"\", \"answer\": \" y\", \"incorrect\": \" x\", \"name\": \"@-1\"}\n\n",
    )
    .unwrap();
    let list = read_prompts(
        "[{\"prompt\": \"a, \\\"b\\\"\", \"answer\": \" y\", \"incorrect\": \" x\", \"roles\": {\"name\": \"@-1\"}}]",
    )
    .unwrap();
    assert_eq!(csv, lines);
    assert_eq!(csv, list);
    assert_eq!(csv[0].answer, " y");
    let csv = read_prompts("prompt,incorrect,answer,incorrect,incorrect\na, x, y, z,\n").unwrap();
    let line = read_line(
        "{\"prompt\": \"a\", \"answer\": \" y\", \"incorrect\": [\" x\", \" z\"]}",
        1,
    )
    .unwrap();
    assert_eq!(csv, [line]);
    assert_eq!(
        read_prompts("tokens,answer,,\n1 5 9,#7,,\n").unwrap(),
        read_prompts("tokens,answer\n1 5 9,#7\n").unwrap()
    );
    let csv = read_prompts("tokens,answer\n1 5 9,#7\n").unwrap();
    let lines = read_prompts("{\"tokens\": [1, 5, 9], \"answer\": 7}").unwrap();
    assert_eq!(csv, lines);
    for (text, message) in [
        ("", "prompts: line 1 names the columns , and none is prompt"),
        ("prompt,answer\n", "prompts: there is none"),
        (
            "text,answer\na,b\n",
            "prompts: line 1 names the columns text, answer, and none is prompt",
        ),
        (
            "prompt,answer,answer\na,b,c\n",
            "prompts: line 1 names the column \"answer\" twice",
        ),
        (
            "prompt,answer\na,b\nc, d, e\n",
            "prompts: line 3 has 3 cells, but line 1 names 2 columns",
        ),
        (
            "prompt,answer,\na,b,c\n",
            "prompts: line 2 has 3 cells, but line 1 names 2 columns",
        ),
        (
            "prompt,,answer\na,b,c\n",
            "prompts: line 1 names the columns prompt, , answer; give each a name",
        ),
        (
            "prompt,answer\n\"a,b\n",
            "prompts: line 2: a quote is opened there, and closed nowhere",
        ),
        (
            "prompt,answer\na, b\nc,\" d\ne, f\n",
            "prompts: line 3: a quote is opened there, and closed nowhere",
        ),
        (
            "tokens,answer\n1 x 9,#7\n",
            "prompts: line 2, column tokens: \"x\" is not a token id",
        ),
        (
            "{\"prompt\": \"a\", \"answer\": \"b\"}\n{\"prompt\": 5, \"answer\": \"b\"}",
            "prompts: line 2, prompt: 5 is not text",
        ),
        ("{\"prompt\": \"a\"}", "prompts: line 1: there is no answer"),
        (
            "{\"prompt\": \"a\", ",
            "prompts: line 1, column 16: is not a JSON object",
        ),
        (
            "[{\"prompt\": \"a\", \"answer\": \"b\", \"name\": []}]",
            "prompts: [0], name: [] is not a role's text or position",
        ),
    ] {
        let error = read_prompts(text).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}\n{message}");
    }
}
