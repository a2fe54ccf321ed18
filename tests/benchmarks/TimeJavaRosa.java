// Times JavaRosa over a plan: java -cp ODK_Validate.jar TimeJavaRosa.java <xform> <plan.tsv> <times.tsv>
// Plan: op, ref, value (a row's index for "remove"), tag. Times: tag, milliseconds of the engine's call alone; "load" first; "refused" without a time.
// Timed is setting the value with everything it triggers, and the constraint of the answered question; choices and labels, which JavaRosa
// works out only when a screen asks for them, are not.

import java.io.File;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.QuestionDef;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.SelectOneData;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.test.Scenario;
import org.javarosa.xform.util.XFormAnswerDataParser;

public class TimeJavaRosa {
    private final FormDef form;
    private final Scenario scenario;
    private final List<String> told = new ArrayList<>();

    TimeJavaRosa(File xform) throws Exception {
        long start = System.nanoTime();
        scenario = Scenario.init(xform);
        form = scenario.getFormDef();
        tell("load", start);
    }

    private void tell(String tag, long start) {
        told.add(tag + "\t" + (System.nanoTime() - start) / 1e6);
    }

    private void take(String op, String ref, String value, String tag) {
        if (op.equals("set")) {
            set(ref, value, tag);
            return;
        }
        long start = System.nanoTime();
        if (op.equals("add")) {
            scenario.createNewRepeat(ref);
        } else {
            scenario.removeRepeat(ref + "[" + (Integer.parseInt(value) + 1) + "]");
        }
        tell(tag, start);
    }

    private void set(String ref, String value, String tag) {
        TreeElement element = form.getMainInstance().resolveReference(Scenario.getRef(ref));
        if (element == null || !element.isRelevant()) {
            told.add("refused");
            return;
        }
        TreeReference place = element.getRef();
        QuestionDef question = FormDef.findQuestionByRef(place, form);
        boolean chosen = question != null && question.getControlType() == org.javarosa.core.model.Constants.CONTROL_SELECT_ONE;
        IAnswerData answer = chosen
            ? new SelectOneData(new Selection(value))
            : XFormAnswerDataParser.getAnswerData(value, element.getDataType(), question);
        long start = System.nanoTime();
        form.setValue(answer, place, true);
        form.evaluateConstraint(place, answer);
        tell(tag, start);
    }

    public static void main(String[] given) throws Exception {
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        TimeJavaRosa timer = new TimeJavaRosa(new File(given[0]));
        for (String line : Files.readAllLines(Path.of(given[1]))) {
            String[] step = line.split("\t", -1);
            timer.take(step[0], step[1], step[2], step[3]);
        }
        Files.write(Path.of(given[2]), timer.told);
    }
}
